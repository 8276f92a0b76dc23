package io.sparkhood.cpu;

/** 2^-y for y in [0, 127], rounded to about one unit in the last place; the constants serve scalar and vector code alike. */
final class Exp2 {
    /** From this distance from the maximum on a weight is 0. */
    static final float FARTHEST = 127f;
    /** 1.5 x 2^23 + 127: adding it rounds to an integer and leaves that, biased as an exponent, in the low bits. */
    static final float MAGIC = 12582912f + 127f;
    /** Coefficients of 2^-u on [-1/2, 1/2]; relative error below 2e-9. */
    static final float C0 = 1f;

    static final float C1 = -0.69314718f;
    static final float C2 = 0.24022646f;
    static final float C3 = -0.055503286f;
    static final float C4 = 0.0096184891f;
    static final float C5 = -0.001339993f;
    static final float C6 = 0.00015345812f;

    private Exp2() {}

    static float ofMinus(float y) {
        float n = MAGIC - y;
        float u = y + (n - MAGIC);
        float p = ((((((C6 * u + C5) * u + C4) * u + C3) * u + C2) * u) + C1) * u + C0;
        return p * Float.intBitsToFloat(Float.floatToRawIntBits(n) << 23);
    }
}
