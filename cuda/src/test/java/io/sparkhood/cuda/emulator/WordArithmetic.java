package io.sparkhood.cuda.emulator;

/** Arithmetic on 32-bit integers, all lanes at once: {@code d} is the result, which may be one of the operands as well. */
final class WordArithmetic {
    private static final int LANES = RegisterFile.LANES;

    private WordArithmetic() {}

    static void add(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] + b[l];
        }
    }

    static void sub(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] - b[l];
        }
    }

    static void mulLow(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] * b[l];
        }
    }

    static void mulHighSigned(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = (int) ((long) a[l] * b[l] >> 32);
        }
    }

    static void mulHighUnsigned(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = (int) ((a[l] & 0xffffffffL) * (b[l] & 0xffffffffL) >>> 32);
        }
    }

    static void minSigned(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Math.min(a[l], b[l]);
        }
    }

    static void maxSigned(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Math.max(a[l], b[l]);
        }
    }

    static void minUnsigned(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] + Integer.MIN_VALUE < b[l] + Integer.MIN_VALUE ? a[l] : b[l];
        }
    }

    static void maxUnsigned(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] + Integer.MIN_VALUE > b[l] + Integer.MIN_VALUE ? a[l] : b[l];
        }
    }

    static void and(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] & b[l];
        }
    }

    static void or(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] | b[l];
        }
    }

    static void xor(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] ^ b[l];
        }
    }

    static void shiftLeft(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = (b[l] & ~31) != 0 ? 0 : a[l] << b[l];
        }
    }

    static void shiftRightSigned(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] >> ((b[l] & ~31) != 0 ? 31 : b[l]);
        }
    }

    static void shiftRightUnsigned(int[] d, int[] a, int[] b) {
        for (int l = 0; l < LANES; l++) {
            d[l] = (b[l] & ~31) != 0 ? 0 : a[l] >>> b[l];
        }
    }

    static void not(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = ~a[l];
        }
    }

    static void negate(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = -a[l];
        }
    }

    static void abs(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Math.abs(a[l]);
        }
    }

    static void copy(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l];
        }
    }

    static void bitCount(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Integer.bitCount(a[l]);
        }
    }

    static void leadingZeros(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Integer.numberOfLeadingZeros(a[l]);
        }
    }

    static void reverse(int[] d, int[] a) {
        for (int l = 0; l < LANES; l++) {
            d[l] = Integer.reverse(a[l]);
        }
    }

    static void madLow(int[] d, int[] a, int[] b, int[] c) {
        for (int l = 0; l < LANES; l++) {
            d[l] = a[l] * b[l] + c[l];
        }
    }
}
