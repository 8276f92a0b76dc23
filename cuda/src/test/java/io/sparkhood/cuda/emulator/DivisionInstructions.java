package io.sparkhood.cuda.emulator;

/** Integer quotients and remainders; a divisor of zero is a fault. */
final class DivisionInstructions {
    private static final int LANES = RegisterFile.LANES;

    private DivisionInstructions() {}

    static Instruction quotient(Binding binding) {
        boolean signed = binding.type().isSigned();
        if (binding.type().bits() == 64) {
            return longs(binding, signed ? (a, b) -> a / b : Long::divideUnsigned);
        }
        return words(binding, signed ? (a, b) -> a / b : Integer::divideUnsigned);
    }

    static Instruction remainder(Binding binding) {
        boolean signed = binding.type().isSigned();
        if (binding.type().bits() == 64) {
            return longs(binding, signed ? (a, b) -> a % b : Long::remainderUnsigned);
        }
        return words(binding, signed ? (a, b) -> a % b : Integer::remainderUnsigned);
    }

    private interface WordDivision {
        int of(int a, int b);
    }

    private interface LongDivision {
        long of(long a, long b);
    }

    private static Instruction words(Binding binding, WordDivision division) {
        ScalarType type = binding.type();
        int d = binding.writeWord(0);
        int a = binding.readWord(1);
        int b = binding.readWord(2);
        return binding.instruction((warp, mask) -> {
            int[][] words = warp.registers.words;
            int[] x = type.bits() == 16 ? Narrow.widened(words[a], type) : words[a];
            int[] y = type.bits() == 16 ? Narrow.widened(words[b], type) : words[b];
            for (int lane = 0; lane < LANES; lane++) {
                if ((mask >>> lane & 1) != 0) {
                    int quotient = division.of(x[lane], checked(warp, lane, y[lane]));
                    words[d][lane] = type.bits() == 16 ? quotient & 0xffff : quotient;
                }
            }
        });
    }

    private static Instruction longs(Binding binding, LongDivision division) {
        int d = binding.writeLong(0);
        int a = binding.readLong(1);
        int b = binding.readLong(2);
        return binding.instruction((warp, mask) -> {
            long[][] longs = warp.registers.longs;
            for (int lane = 0; lane < LANES; lane++) {
                if ((mask >>> lane & 1) != 0) {
                    checked(warp, lane, longs[b][lane] == 0 ? 0 : 1);
                    longs[d][lane] = division.of(longs[a][lane], longs[b][lane]);
                }
            }
        });
    }

    private static int checked(Warp warp, int lane, int divisor) {
        if (divisor == 0) {
            throw warp.fault(EmulatorFault.Kind.DIVISION_BY_ZERO, "an integer divided by zero", lane);
        }
        return divisor;
    }
}
