package io.sparkhood.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The fastest multiply-adds known here: a matrix product's inner kernel, 8 rows x 3 vectors, operands in the first cache. */
final class VectorPeakKernel implements PeakKernel {
    /** The backend's: vectors of two lengths in one JVM would spoil each other's profiles. */
    private static final VectorSpecies<Float> S =
            switch (VectorSupport.detected().lanes()) {
                case 4 -> FloatVector.SPECIES_128;
                case 8 -> FloatVector.SPECIES_256;
                default -> FloatVector.SPECIES_PREFERRED;
            };

    private static final int LANES = S.length();
    private static final int DEPTH = 128;

    private final float[] a = new float[8 * DEPTH];
    private final float[] b = new float[3 * LANES * DEPTH];
    private final float[] c = new float[LANES];

    VectorPeakKernel() {
        Arrays.fill(a, 0.5f);
        Arrays.fill(b, 0.5f);
    }

    @Override
    public int multiplyAdds() {
        return 8 * 3 * LANES * DEPTH;
    }

    @Override
    public void run(int times) {
        for (int i = 0; i < times; i++) {
            multiply(a, b, c);
        }
    }

    private static void multiply(float[] a, float[] b, float[] c) {
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c22 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c32 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c41 = FloatVector.zero(S);
        FloatVector c42 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        FloatVector c51 = FloatVector.zero(S);
        FloatVector c52 = FloatVector.zero(S);
        FloatVector c60 = FloatVector.zero(S);
        FloatVector c61 = FloatVector.zero(S);
        FloatVector c62 = FloatVector.zero(S);
        FloatVector c70 = FloatVector.zero(S);
        FloatVector c71 = FloatVector.zero(S);
        FloatVector c72 = FloatVector.zero(S);
        for (int p = 0; p < DEPTH; p++) {
            int bi = p * 3 * LANES;
            int ai = p * 8;
            FloatVector b0 = FloatVector.fromArray(S, b, bi);
            FloatVector b1 = FloatVector.fromArray(S, b, bi + LANES);
            FloatVector b2 = FloatVector.fromArray(S, b, bi + 2 * LANES);
            FloatVector x = FloatVector.broadcast(S, a[ai]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            x = FloatVector.broadcast(S, a[ai + 1]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            x = FloatVector.broadcast(S, a[ai + 2]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            x = FloatVector.broadcast(S, a[ai + 3]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            x = FloatVector.broadcast(S, a[ai + 4]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            c42 = x.fma(b2, c42);
            x = FloatVector.broadcast(S, a[ai + 5]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            c52 = x.fma(b2, c52);
            x = FloatVector.broadcast(S, a[ai + 6]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            c62 = x.fma(b2, c62);
            x = FloatVector.broadcast(S, a[ai + 7]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
            c72 = x.fma(b2, c72);
        }
        FloatVector zero = FloatVector.zero(S);
        zero.add(c00).add(c01).add(c02).add(FloatVector.fromArray(S, c, 0)).intoArray(c, 0);
        zero.add(c10).add(c11).add(c12).add(FloatVector.fromArray(S, c, 0)).intoArray(c, 0);
        zero.add(c20).add(c21).add(c22).add(FloatVector.fromArray(S, c, 0)).intoArray(c, 0);
        zero.add(c30).add(c31).add(c32).add(FloatVector.fromArray(S, c, 0)).intoArray(c, 0);
        zero.add(c40).add(c41).add(c42).add(FloatVector.fromArray(S, c, 0)).intoArray(c, 0);
        zero.add(c50).add(c51).add(c52).add(FloatVector.fromArray(S, c, 0)).intoArray(c, 0);
        zero.add(c60).add(c61).add(c62).add(FloatVector.fromArray(S, c, 0)).intoArray(c, 0);
        zero.add(c70).add(c71).add(c72).add(FloatVector.fromArray(S, c, 0)).intoArray(c, 0);
    }
}
