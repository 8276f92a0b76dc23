package io.sparkhood.cuda.emulator;

/** The two 16-bit floats, to and from float32, rounding to the nearest and of two equally near ones to the even. */
final class Halves {
    private Halves() {}

    static float fromBfloat(int bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The 16 bits of the nearest bfloat16; every NaN becomes 0x7fff as on a device. */
    static int toBfloat(float value) {
        if (Float.isNaN(value)) {
            return 0x7fff;
        }
        int bits = Float.floatToRawIntBits(value);
        return bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }

    static float fromHalf(int bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >>> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
        }
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | exponent + 112 << 23 | fraction << 13);
    }

    /** The 16 bits of the nearest float16; every NaN becomes 0x7fff as on a device. */
    static int toHalf(float value) {
        if (Float.isNaN(value)) {
            return 0x7fff;
        }
        int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (magnitude >= 65520f) {
            return sign | 0x7c00;
        }
        if (magnitude < 0x1p-14f) {
            return sign | (int) Math.rint(magnitude * 0x1p24f);
        }
        int bits = Float.floatToRawIntBits(magnitude);
        return sign | (bits - (112 << 23) + 0xfff + (bits >>> 13 & 1) >>> 13);
    }

    static float from(ScalarType type, int bits) {
        return type == ScalarType.BF16 ? fromBfloat(bits) : fromHalf(bits);
    }

    static int to(ScalarType type, float value) {
        return type == ScalarType.BF16 ? toBfloat(value) : toHalf(value);
    }
}
