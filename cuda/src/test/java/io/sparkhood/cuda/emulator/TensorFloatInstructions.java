package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;

/**
 * {@code mma.sync} of a 16 x 8 tile of tf32 with an 8 x 8 one, accumulated in float32.
 *
 * <p>tf32 is float32 without its last 13 bits; an operand that has any of them set faults, because what a device makes of them
 * is not said. The instruction set leaves open how sums are rounded and what becomes of subnormal factors. Here the worst that
 * devices were seen to do happens: subnormal factors are 0, and all addends are cut off, towards 0, one bit below the last one
 * of the largest, as is their sum to float32.
 */
final class TensorFloatInstructions {
    static final String OPCODE = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32";

    private static final int LANES = RegisterFile.LANES;
    private static final int DEPTH = 8;
    private static final int LOOSE_BITS = 0x1fff;

    /** Of a double, behind the 24 digits of float32. */
    private static final long BEYOND_FLOAT = (1L << 29) - 1;

    private TensorFloatInstructions() {}

    /** Takes the slots of d, a, b and c. */
    static void multiply(Warp warp, int[][] operands) {
        int[][] words = warp.registers.words;
        float[] left = warp.block.left; // [16][8]
        float[] right = warp.block.right; // [8 columns][8]
        for (int i = 0; i < 4; i++) {
            // Register i holds rows 0-7 or 8-15 of columns 0-3 or 4-7, in the order of the instruction set.
            unpack(warp, words[operands[1][i]], left, i % 2 * 8 * DEPTH + i / 2 * 4);
        }
        for (int i = 0; i < 2; i++) {
            unpack(warp, words[operands[2][i]], right, i * 4);
        }
        for (int i = 0; i < 4; i++) {
            int[] d = words[operands[0][i]];
            int[] c = words[operands[3][i]];
            for (int lane = 0; lane < LANES; lane++) {
                int row = i / 2 * 8 + lane / 4;
                int column = lane % 4 * 2 + i % 2;
                float sum = sum(left, row * DEPTH, right, column * DEPTH, Float.intBitsToFloat(c[lane]));
                d[lane] = Float.floatToRawIntBits(sum);
            }
        }
    }

    /** Lane l holds one element of row l / 4, that of column l mod 4. */
    private static void unpack(Warp warp, int[] register, float[] tile, int from) {
        for (int lane = 0; lane < LANES; lane++) {
            int bits = register[lane];
            if ((bits & LOOSE_BITS) != 0) {
                throw warp.fault(Kind.LOOSE_BITS, String.format("0x%08x is not a tf32", bits), lane);
            }
            boolean subnormal = (bits & 0x7f800000) == 0;
            tile[from + lane / 4 * DEPTH + lane % 4] = subnormal ? 0 : Float.intBitsToFloat(bits);
        }
    }

    /** Products of 11 digits are exact in double. */
    private static float sum(float[] left, int x, float[] right, int y, float addend) {
        double largest = Math.abs(addend);
        double plain = addend;
        for (int k = 0; k < DEPTH; k++) {
            double product = (double) left[x + k] * right[y + k];
            largest = Math.max(largest, Math.abs(product));
            plain += product;
        }
        if (largest == 0 || !(largest < Double.POSITIVE_INFINITY)) {
            return (float) plain;
        }
        int digits = 24 - Math.getExponent(largest);
        double scale = power(digits);
        long sum = (long) (addend * scale);
        for (int k = 0; k < DEPTH; k++) {
            sum += (long) ((double) left[x + k] * right[y + k] * scale);
        }
        return cut(sum * power(-digits));
    }

    /** 2 to the exponent, which is far from those that a double does not have. */
    private static double power(int exponent) {
        return Double.longBitsToDouble((1023L + exponent) << 52);
    }

    private static float cut(double number) {
        return (float) Double.longBitsToDouble(Double.doubleToRawLongBits(number) & ~BEYOND_FLOAT);
    }
}
