package io.sparkhood.cuda.emulator;

import java.util.List;

/**
 * The registers of a load or a store, element after element.
 *
 * @param type of an element in memory
 * @param slots of the registers, -1 for an element that is thrown away
 * @param isLong whether the registers have 64 bits
 * @param registerBits bits of a register
 */
record Transfer(ScalarType type, int[] slots, boolean isLong, int registerBits) {
    static Transfer loading(Binding binding, List<Operand> targets) {
        return of(binding, targets, true);
    }

    static Transfer storing(Binding binding, List<Operand> sources) {
        return of(binding, sources, false);
    }

    private static Transfer of(Binding binding, List<Operand> elements, boolean loading) {
        ScalarType type = binding.type();
        int bits = elements.stream()
                .filter(element -> !(element instanceof Operand.Literal) && !Binding.isSink(element))
                .mapToInt(binding::bits)
                .findFirst()
                .orElse(Math.max(32, type.bits()));
        int[] slots = elements.stream()
                .mapToInt(element -> slot(binding, element, bits == 64, loading))
                .toArray();
        return new Transfer(type, slots, bits == 64, bits);
    }

    private static int slot(Binding binding, Operand element, boolean isLong, boolean loading) {
        if (!loading) {
            return isLong ? binding.readLong(element) : binding.readWord(element);
        }
        if (Binding.isSink(element)) {
            return -1;
        }
        return isLong ? binding.writeLong(element) : binding.writeWord(element);
    }

    /** Bytes of all elements, which an address must be a multiple of. */
    int bytes() {
        return type.bytes() * slots.length;
    }

    void load(RegisterFile registers, int lane, byte[] memory, int at) {
        int bytes = type.bytes();
        for (int i = 0; i < slots.length; i++) {
            if (slots[i] >= 0) {
                long value = value(memory, at + i * bytes);
                if (isLong) {
                    registers.longs[slots[i]][lane] = value;
                } else {
                    registers.words[slots[i]][lane] = registerBits == 16 ? (int) value & 0xffff : (int) value;
                }
            }
        }
    }

    private long value(byte[] memory, int at) {
        return switch (type.bytes()) {
            case 1 -> type.isSigned() ? memory[at] : memory[at] & 0xff;
            case 2 -> type.isSigned() ? Bytes.getShort(memory, at) : Bytes.getShort(memory, at) & 0xffff;
            case 4 -> type.isSigned() ? Bytes.getInt(memory, at) : Bytes.getInt(memory, at) & 0xffffffffL;
            default -> Bytes.getLong(memory, at);
        };
    }

    void store(RegisterFile registers, int lane, byte[] memory, int at) {
        int bytes = type.bytes();
        for (int i = 0; i < slots.length; i++) {
            long value = isLong ? registers.longs[slots[i]][lane] : registers.words[slots[i]][lane];
            switch (bytes) {
                case 1 -> memory[at + i] = (byte) value;
                case 2 -> Bytes.putShort(memory, at + 2 * i, (short) value);
                case 4 -> Bytes.putInt(memory, at + 4 * i, (int) value);
                default -> Bytes.putLong(memory, at + 8 * i, value);
            }
        }
    }
}
