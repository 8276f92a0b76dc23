package io.sparkhood.cuda.emulator;

/** Conversions of floats to integers: what does not fit becomes the nearest that does, NaN becomes 0. */
final class FloatToInteger {
    private static final int LANES = RegisterFile.LANES;

    private FloatToInteger() {}

    /** To a number without a fraction. */
    interface Rounding {
        double of(double value);
    }

    /** The rounding that the modifiers name, or none. */
    static Rounding rounding(Binding binding) {
        Opcode opcode = binding.opcode();
        if (opcode.has("rni")) {
            return Math::rint;
        }
        if (opcode.has("rmi")) {
            return Math::floor;
        }
        if (opcode.has("rpi")) {
            return Math::ceil;
        }
        return opcode.has("rzi") ? value -> value < 0 ? Math.ceil(value) : Math.floor(value) : value -> value;
    }

    static Instruction decode(Binding binding, ScalarType to, ScalarType from) {
        if (from != ScalarType.F32 && from != ScalarType.F16 || to.bits() == 8) {
            throw binding.unknown();
        }
        Rounding rounding = rounding(binding);
        boolean isLong = to.bits() == 64;
        int d = isLong ? binding.writeLong(0) : binding.writeWord(0);
        int a = binding.readWord(1);
        return binding.instruction((warp, mask) -> {
            int[] words = warp.registers.words[a];
            for (int l = 0; l < LANES; l++) {
                if ((mask >>> l & 1) != 0) {
                    float value = from == ScalarType.F32 ? Float.intBitsToFloat(words[l]) : Halves.fromHalf(words[l]);
                    long whole = whole(rounding.of(value), to);
                    if (isLong) {
                        warp.registers.longs[d][l] = whole;
                    } else {
                        warp.registers.words[d][l] = to.bits() == 16 ? (int) whole & 0xffff : (int) whole;
                    }
                }
            }
        });
    }

    private static long whole(double value, ScalarType to) {
        if (to == ScalarType.U64 && value >= 0x1p63) {
            return value >= 0x1p64 ? -1 : (long) (value - 0x1p63) + Long.MIN_VALUE;
        }
        if (to == ScalarType.U64) {
            return Math.max((long) value, 0);
        }
        long least = to.isSigned() ? -1L << to.bits() - 1 : 0;
        long most = to.isSigned() ? ~least : (1L << to.bits()) - 1;
        return Math.min(Math.max((long) value, least), most);
    }
}
