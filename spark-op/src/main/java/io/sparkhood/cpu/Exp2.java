package io.sparkhood.cpu;

/** 2^x, rounded to about two units in the last place; the constants serve scalar and vector code alike. */
final class Exp2 {
    /** 1.5 x 2^23 + 127: adding it rounds to an integer and leaves that, biased as an exponent, in the low bits. */
    static final float MAGIC = 12582912f + 127f;
    /** Bits of the sum of MAGIC and -127 or less, which becomes 0. */
    static final int ZERO = Float.floatToRawIntBits(MAGIC - 127);
    /** Bits of the sum of MAGIC and 128 or more, which becomes infinite. */
    static final int INFINITE = Float.floatToRawIntBits(MAGIC + 128);
    /** Coefficients of 2^u on [-1/2, 1/2]; relative error below 1e-7. */
    static final float C0 = 1f;

    static final float C1 = 0.693147f;
    static final float C2 = 0.24022242f;
    static final float C3 = 0.055507336f;
    static final float C4 = 0.009671513f;
    static final float C5 = 0.0013264727f;

    private Exp2() {}

    /** Below 2^-126.5 it is 0; of NaN, and perhaps of an infinite number, it is NaN. */
    static float of(float x) {
        float n = x + MAGIC;
        float u = x - (n - MAGIC);
        float p = ((((C5 * u + C4) * u + C3) * u + C2) * u + C1) * u + C0;
        int exponent = Math.min(Math.max(Float.floatToRawIntBits(n), ZERO), INFINITE);
        return p * Float.intBitsToFloat(exponent << 23);
    }
}
