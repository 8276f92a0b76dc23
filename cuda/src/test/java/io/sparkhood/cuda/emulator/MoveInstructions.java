package io.sparkhood.cuda.emulator;

import java.util.List;

/** Moves, packing and unpacking, and changes between generic and other addresses. */
final class MoveInstructions {
    private static final int LANES = RegisterFile.LANES;

    private MoveInstructions() {}

    static Instruction move(Binding binding) {
        ScalarType type = binding.type();
        if (type == ScalarType.PRED) {
            int p = binding.writePredicate(0);
            if (binding.operand(1) instanceof Operand.Literal literal) {
                int value = literal.bits() == 0 ? 0 : -1;
                return binding.instruction((warp, mask) -> warp.keepPredicate(p, value, mask));
            }
            int a = binding.readPredicate(1);
            return binding.instruction((warp, mask) -> warp.keepPredicate(p, warp.registers.predicates[a], mask));
        }
        if (binding.operand(1) instanceof Operand.Vector) {
            return type.bits() == 64 ? packLong(binding) : packWord(binding);
        }
        if (binding.operand(0) instanceof Operand.Vector) {
            return type.bits() == 64 ? unpackLong(binding) : unpackWord(binding);
        }
        return type.bits() == 64
                ? Elementwise.longs(binding, LongArithmetic::copy)
                : Elementwise.words(binding, WordArithmetic::copy);
    }

    /** Two words of 16 bits into one of 32. */
    private static Instruction packWord(Binding binding) {
        int d = binding.writeWord(0);
        int[] from = pair(binding, 1).stream().mapToInt(binding::readWord).toArray();
        return binding.instruction((warp, mask) -> {
            int[][] words = warp.registers.words;
            int[] target = warp.target(d, mask);
            for (int l = 0; l < LANES; l++) {
                target[l] = words[from[0]][l] & 0xffff | words[from[1]][l] << 16;
            }
            warp.keep(d, mask);
        });
    }

    private static Instruction unpackWord(Binding binding) {
        int[] to = targets(binding);
        int a = binding.readWord(1);
        return binding.instruction((warp, mask) -> {
            for (int i = 0; i < to.length; i++) {
                if (to[i] >= 0) {
                    int[] target = warp.target(to[i], mask);
                    for (int l = 0; l < LANES; l++) {
                        target[l] = warp.registers.words[a][l] >>> 16 * i & 0xffff;
                    }
                    warp.keep(to[i], mask);
                }
            }
        });
    }

    private static Instruction packLong(Binding binding) {
        int d = binding.writeLong(0);
        int[] from = pair(binding, 1).stream().mapToInt(binding::readWord).toArray();
        return binding.instruction((warp, mask) -> {
            int[][] words = warp.registers.words;
            long[] target = warp.longTarget(d, mask);
            for (int l = 0; l < LANES; l++) {
                target[l] = words[from[0]][l] & 0xffffffffL | (long) words[from[1]][l] << 32;
            }
            warp.keepLong(d, mask);
        });
    }

    private static Instruction unpackLong(Binding binding) {
        int[] to = targets(binding);
        int a = binding.readLong(1);
        return binding.instruction((warp, mask) -> {
            for (int i = 0; i < to.length; i++) {
                if (to[i] >= 0) {
                    int[] target = warp.target(to[i], mask);
                    for (int l = 0; l < LANES; l++) {
                        target[l] = (int) (warp.registers.longs[a][l] >>> 32 * i);
                    }
                    warp.keep(to[i], mask);
                }
            }
        });
    }

    private static int[] targets(Binding binding) {
        return pair(binding, 0).stream()
                .mapToInt(element -> Binding.isSink(element) ? -1 : binding.writeWord(element))
                .toArray();
    }

    private static List<Operand> pair(Binding binding, int index) {
        List<Operand> elements = binding.elements(index);
        if (elements.size() != 2) {
            throw binding.unsupported("a vector of two is needed");
        }
        return elements;
    }

    /** {@code cvta[.to].space.u64}: generic addresses hold their space in the highest bits. */
    static Instruction convertAddress(Binding binding) {
        boolean to = binding.opcode().has("to");
        if (binding.type() != ScalarType.U64) {
            throw binding.unknown();
        }
        long base = switch (binding.opcode().modifier(to ? 1 : 0)) {
            case "global" -> 0;
            case "shared" -> AddressSpace.SHARED_BASE;
            case "local" -> AddressSpace.LOCAL_BASE;
            case "param" -> AddressSpace.PARAM_BASE;
            default -> throw binding.unknown();
        };
        long added = to ? -base : base;
        return Elementwise.longs(binding, (Elementwise.LongUnary) (d, a) -> {
            for (int l = 0; l < LANES; l++) {
                d[l] = a[l] + added;
            }
        });
    }
}
