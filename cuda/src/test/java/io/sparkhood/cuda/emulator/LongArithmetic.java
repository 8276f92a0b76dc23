package io.sparkhood.cuda.emulator;

/** Arithmetic on 64-bit integers, all lanes at once: {@code d} is the result, which may be one of the operands as well. */
final class LongArithmetic {
    private static final int LANES = RegisterFile.LANES;

    private LongArithmetic() {}

    static void add(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] + b[l];
        }
    }

    static void sub(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] - b[l];
        }
    }

    static void mulLow(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] * b[l];
        }
    }

    static void mulHighSigned(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Math.multiplyHigh(a[l], b[l]);
        }
    }

    static void mulHighUnsigned(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Math.multiplyHigh(a[l], b[l]) + (a[l] >> 63 & b[l]) + (b[l] >> 63 & a[l]);
        }
    }

    static void minSigned(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Math.min(a[l], b[l]);
        }
    }

    static void maxSigned(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Math.max(a[l], b[l]);
        }
    }

    static void minUnsigned(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Long.compareUnsigned(a[l], b[l]) < 0 ? a[l] : b[l];
        }
    }

    static void maxUnsigned(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Long.compareUnsigned(a[l], b[l]) > 0 ? a[l] : b[l];
        }
    }

    static void and(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] & b[l];
        }
    }

    static void or(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] | b[l];
        }
    }

    static void xor(long[] d, long[] a, long[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] ^ b[l];
        }
    }

    static void shiftLeft(long[] d, long[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = (b[l] & ~63) != 0 ? 0 : a[l] << b[l];
        }
    }

    static void shiftRightSigned(long[] d, long[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] >> ((b[l] & ~63) != 0 ? 63 : b[l]);
        }
    }

    static void shiftRightUnsigned(long[] d, long[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = (b[l] & ~63) != 0 ? 0 : a[l] >>> b[l];
        }
    }

    static void not(long[] d, long[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = ~a[l];
        }
    }

    static void negate(long[] d, long[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = -a[l];
        }
    }

    static void abs(long[] d, long[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Math.abs(a[l]);
        }
    }

    static void copy(long[] d, long[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l];
        }
    }

    static void mulWideSigned(long[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = (long) a[l] * b[l];
        }
    }

    static void mulWideUnsigned(long[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = (a[l] & 0xffffffffL) * (b[l] & 0xffffffffL);
        }
    }

    static void madLow(long[] d, long[] a, long[] b, long[] c) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] * b[l] + c[l];
        }
    }
}
