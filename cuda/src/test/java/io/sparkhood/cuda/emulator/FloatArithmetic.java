package io.sparkhood.cuda.emulator;

/**
 * Arithmetic on float32, all lanes at once, on the bits of the floats: {@code d} is the result, which may be one of the
 * operands as well. Approximate functions are computed in double and rounded.
 */
final class FloatArithmetic {
    private static final int LANES = RegisterFile.LANES;
    private static final double LN_2 = Math.log(2);

    private FloatArithmetic() {}

    private static float f(int bits) {
        return Float.intBitsToFloat(bits);
    }

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    static void add(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits(f(a[l]) + f(b[l]));
        }
    }

    static void sub(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits(f(a[l]) - f(b[l]));
        }
    }

    static void mul(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits(f(a[l]) * f(b[l]));
        }
    }

    static void div(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits(f(a[l]) / f(b[l]));
        }
    }

    static void min(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits(smaller(f(a[l]), f(b[l])));
        }
    }

    static void max(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits(-smaller(-f(a[l]), -f(b[l])));
        }
    }

    static void minOrNan(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits(Math.min(f(a[l]), f(b[l])));
        }
    }

    static void maxOrNan(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits(Math.max(f(a[l]), f(b[l])));
        }
    }

    static void copySign(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] & 0x80000000 | b[l] & 0x7fffffff;
        }
    }

    static void fma(int[] d, int[] a, int[] b, int[] c) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits(Math.fma(f(a[l]), f(b[l]), f(c[l])));
        }
    }

    static void negate(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] ^ 0x80000000;
        }
    }

    static void abs(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] & 0x7fffffff;
        }
    }

    static void reciprocal(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits(1 / f(a[l]));
        }
    }

    static void sqrt(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits((float) Math.sqrt(f(a[l])));
        }
    }

    static void reciprocalSqrt(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits((float) (1 / Math.sqrt(f(a[l]))));
        }
    }

    static void exp2(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits((float) Math.exp(f(a[l]) * LN_2));
        }
    }

    static void log2(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits((float) (Math.log(f(a[l])) / LN_2));
        }
    }

    static void tanh(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits((float) Math.tanh(f(a[l])));
        }
    }

    static void sin(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits((float) Math.sin(f(a[l])));
        }
    }

    static void cos(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = bits((float) Math.cos(f(a[l])));
        }
    }

    /** Subnormal numbers become zeros of their sign. */
    static void flush(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = (a[l] & 0x7f800000) == 0 ? a[l] & 0x80000000 : a[l];
        }
    }

    /** Into [0, 1]; NaN becomes 0. */
    static void saturate(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = f(a[l]) > 0 ? bits(Math.min(f(a[l]), 1)) : 0;
        }
    }

    /** The smaller one; of a number and a NaN the number, and -0 before 0. */
    private static float smaller(float a, float b) {
        if (Float.isNaN(a)) {
            return b;
        }
        return Float.isNaN(b) ? a : Math.min(a, b);
    }
}
