package io.sparkhood.cpu;

import io.sparkhood.operator.DType;

/**
 * Runs of 16-bit numbers, widened to float32. Straight-line integer arithmetic that C2 vectorises where it can: the JDK has the
 * conversion from 20 on only.
 */
final class HalfRows {
    /** 2^112: moves a float16's exponent, shifted to a float32's place, from bias 15 to bias 127; exact for subnormals too. */
    private static final float REBIAS = 0x1p112f;

    private static final int FLOAT16_INFINITY = 0x7c00;

    private HalfRows() {}

    static void widenBfloat16(short[] from, int at, float[] to, int toAt, int count) {
        for (int i = 0; i < count; i++) {
            to[toAt + i] = Float.intBitsToFloat(from[at + i] << 16);
        }
    }

    static void widenFloat16(short[] from, int at, float[] to, int toAt, int count) {
        for (int i = 0; i < count; i++) {
            int bits = from[at + i];
            if ((bits & FLOAT16_INFINITY) == FLOAT16_INFINITY) {
                to[toAt + i] = DType.FLOAT16.widen((short) bits);
            } else {
                // sign, exponent and mantissa in a float32's places, as a number 2^112 times too small
                to[toAt + i] = Float.intBitsToFloat((bits & 0x8000) << 16 | (bits & 0x7fff) << 13) * REBIAS;
            }
        }
    }
}
