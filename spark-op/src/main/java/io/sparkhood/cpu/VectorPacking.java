package io.sparkhood.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies heads of tokens in the order of memory. Reading waits for memory: the fewer instructions between loads, the more wait at once. */
final class VectorPacking {
    private static final VectorSpecies<Float> SPECIES = VectorTileMath.SPECIES;
    private static final int LANES = VectorTileMath.LANES;
    /** Elements that are packed at once where they lie without gaps. */
    private static final int RUN = 8 * LANES;

    private VectorPacking() {}

    /** {@link TileMath#pack}. */
    static void pack(
            float[] source,
            int from,
            int step,
            int count,
            int headStep,
            int heads,
            int width,
            float[] s,
            int to,
            int pitch,
            int headPitch) {
        if (headStep == width && width % (2 * LANES) == 0 && RUN % width == 0 && heads * width % (RUN / 2) == 0) {
            packDense(source, from, step, count, heads * width, width, s, to, pitch, headPitch);
            return;
        }
        int whole = (width + LANES - 1) & -LANES;
        int last = source.length - whole;
        for (int i = 0; i < count; i++) {
            int a = from + i * step;
            int b = to + i * pitch;
            for (int head = 0; head < heads; head++) {
                if (a > last) {
                    System.arraycopy(source, a, s, b, width); // the last tokens, after which no whole vector is left
                } else {
                    for (int dim = 0; dim < whole; dim += LANES) {
                        FloatVector.fromArray(SPECIES, source, a + dim).intoArray(s, b + dim);
                    }
                }
                a += headStep;
                b += headPitch;
            }
        }
    }

    /** Heads without gaps, eight or four vectors at a time. */
    private static void packDense(
            float[] source,
            int from,
            int step,
            int count,
            int elements,
            int width,
            float[] s,
            int to,
            int pitch,
            int headPitch) {
        int run = elements % RUN == 0 ? RUN : RUN / 2;
        int second = place(2 * LANES, width, headPitch);
        int third = place(4 * LANES, width, headPitch);
        int fourth = place(6 * LANES, width, headPitch);
        int next = place(run, width, headPitch);
        for (int i = 0; i < count; i++) {
            int b = to + i * pitch;
            for (int a = from + i * step, end = a + elements; a < end; a += run) {
                if (run == RUN) {
                    packEight(source, a, s, b, b + second, b + third, b + fourth);
                } else {
                    packFour(source, a, s, b, b + second);
                }
                b += next;
            }
        }
    }

    private static void packFour(float[] source, int from, float[] s, int first, int second) {
        FloatVector v0 = FloatVector.fromArray(SPECIES, source, from);
        FloatVector v1 = FloatVector.fromArray(SPECIES, source, from + LANES);
        FloatVector v2 = FloatVector.fromArray(SPECIES, source, from + 2 * LANES);
        FloatVector v3 = FloatVector.fromArray(SPECIES, source, from + 3 * LANES);
        v0.intoArray(s, first);
        v1.intoArray(s, first + LANES);
        v2.intoArray(s, second);
        v3.intoArray(s, second + LANES);
    }

    private static void packEight(float[] source, int from, float[] s, int first, int second, int third, int fourth) {
        FloatVector v0 = FloatVector.fromArray(SPECIES, source, from);
        FloatVector v1 = FloatVector.fromArray(SPECIES, source, from + LANES);
        FloatVector v2 = FloatVector.fromArray(SPECIES, source, from + 2 * LANES);
        FloatVector v3 = FloatVector.fromArray(SPECIES, source, from + 3 * LANES);
        FloatVector v4 = FloatVector.fromArray(SPECIES, source, from + 4 * LANES);
        FloatVector v5 = FloatVector.fromArray(SPECIES, source, from + 5 * LANES);
        FloatVector v6 = FloatVector.fromArray(SPECIES, source, from + 6 * LANES);
        FloatVector v7 = FloatVector.fromArray(SPECIES, source, from + 7 * LANES);
        v0.intoArray(s, first);
        v1.intoArray(s, first + LANES);
        v2.intoArray(s, second);
        v3.intoArray(s, second + LANES);
        v4.intoArray(s, third);
        v5.intoArray(s, third + LANES);
        v6.intoArray(s, fourth);
        v7.intoArray(s, fourth + LANES);
    }

    /** Where that element of the heads of a token goes. */
    private static int place(int element, int width, int headPitch) {
        return element / width * headPitch + element % width;
    }
}
