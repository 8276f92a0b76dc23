package io.sparkhood.operator;

/** Conversions between float32 and the two 16-bit types, round to nearest, ties to even (the JDK has them from 20 on). */
final class HalfPrecision {
    private static final int FLOAT16_INFINITY = 0x7c00;
    private static final int FLOAT32_INFINITY = 0x7f800000;
    /** 2^-24, the unit of subnormal float16 numbers. */
    private static final float SUBNORMAL_UNIT = 0x1p-24f;
    /** 65520: from here on a float32 rounds to the float16 infinity. */
    private static final int FLOAT16_OVERFLOW = 0x477ff000;
    /** 2^-14, the smallest normal float16. */
    private static final int FLOAT16_SMALLEST_NORMAL = 0x38800000;

    private HalfPrecision() {}

    static float widenBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    static short narrowBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40); // stays a NaN though its lower half is cut off
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    static float widenFloat16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits & FLOAT16_INFINITY;
        int mantissa = bits & 0x3ff;
        if (exponent == 0) {
            float magnitude = mantissa * SUBNORMAL_UNIT;
            return sign == 0 ? magnitude : -magnitude;
        }
        if (exponent == FLOAT16_INFINITY) {
            return Float.intBitsToFloat(sign | FLOAT32_INFINITY | (mantissa << 13));
        }
        return Float.intBitsToFloat(sign | ((exponent << 13) + ((127 - 15) << 23)) | (mantissa << 13));
    }

    static short narrowFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > FLOAT32_INFINITY) {
            return (short) (sign | FLOAT16_INFINITY | 0x200 | ((magnitude >>> 13) & 0x3ff));
        }
        if (magnitude >= FLOAT16_OVERFLOW) {
            return (short) (sign | FLOAT16_INFINITY);
        }
        if (magnitude < FLOAT16_SMALLEST_NORMAL) {
            // rint rounds ties to even, and 1024 units are the smallest normal number: the encodings are adjacent
            return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) / (double) SUBNORMAL_UNIT));
        }
        int rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
        return (short) (sign | ((rounded - ((127 - 15) << 23)) >>> 13));
    }
}
