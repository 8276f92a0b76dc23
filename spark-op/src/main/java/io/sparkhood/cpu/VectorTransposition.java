package io.sparkhood.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Transposes 16 rows in vectors of 16 floats: blocks change places, from 8 x 8 down to single elements. */
final class VectorTransposition {
    private static final VectorSpecies<Float> SPECIES = VectorTileMath.SPECIES;
    private static final VectorSpecies<Integer> INTS = VectorTileMath.INTS;
    private static final int LANES = VectorTileMath.LANES;

    /** Lanes that lie 8, 4, 2 or 1 apart change places, and those of each such pair that come second. */
    private static final VectorShuffle<Integer> BY_8 = swap(8);

    private static final VectorShuffle<Integer> BY_4 = swap(4);
    private static final VectorShuffle<Integer> BY_2 = swap(2);
    private static final VectorShuffle<Integer> BY_1 = swap(1);
    private static final VectorMask<Integer> UPPER_8 = upper(8);
    private static final VectorMask<Integer> UPPER_4 = upper(4);
    private static final VectorMask<Integer> UPPER_2 = upper(2);
    private static final VectorMask<Integer> UPPER_1 = upper(1);

    private VectorTransposition() {}

    private static VectorShuffle<Integer> swap(int distance) {
        return VectorShuffle.fromOp(INTS, lane -> (lane ^ distance) % LANES);
    }

    private static VectorMask<Integer> upper(int distance) {
        boolean[] upper = new boolean[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            upper[lane] = (lane & distance) != 0;
        }
        return VectorMask.fromValues(INTS, upper);
    }

    /** {@link TileMath#transpose}; the rows are lost. */
    static void transpose(float[] s, int rows, int stride, float factor, int dims, int to) {
        for (int dim = 0; dim < dims; dim += LANES) {
            swapEightsAndFours(s, rows + dim, stride);
            swapTwosAndOnes(s, rows + dim, stride, factor, to + dim * LANES);
        }
    }

    /** The first half of a transposition of 16 rows, in place: blocks of 8 x 8, then of 4 x 4 inside them, change places. */
    private static void swapEightsAndFours(float[] s, int rows, int stride) {
        for (int row = 0; row < 4; row++) {
            int at0 = rows + row * stride;
            int at4 = at0 + 4 * stride;
            int at8 = at4 + 4 * stride;
            int at12 = at8 + 4 * stride;
            IntVector a = FloatVector.fromArray(SPECIES, s, at0).reinterpretAsInts();
            IntVector b = FloatVector.fromArray(SPECIES, s, at4).reinterpretAsInts();
            IntVector c = FloatVector.fromArray(SPECIES, s, at8).reinterpretAsInts();
            IntVector d = FloatVector.fromArray(SPECIES, s, at12).reinterpretAsInts();
            IntVector e = a.blend(c.rearrange(BY_8), UPPER_8);
            IntVector g = a.rearrange(BY_8).blend(c, UPPER_8);
            IntVector f = b.blend(d.rearrange(BY_8), UPPER_8);
            IntVector h = b.rearrange(BY_8).blend(d, UPPER_8);
            e.blend(f.rearrange(BY_4), UPPER_4).reinterpretAsFloats().intoArray(s, at0);
            e.rearrange(BY_4).blend(f, UPPER_4).reinterpretAsFloats().intoArray(s, at4);
            g.blend(h.rearrange(BY_4), UPPER_4).reinterpretAsFloats().intoArray(s, at8);
            g.rearrange(BY_4).blend(h, UPPER_4).reinterpretAsFloats().intoArray(s, at12);
        }
    }

    /** The second half: pairs, then single elements. */
    private static void swapTwosAndOnes(float[] s, int rows, int stride, float factor, int to) {
        FloatVector scale = FloatVector.broadcast(SPECIES, factor);
        for (int row = 0; row < LANES; row += 4) {
            int from = rows + row * stride;
            int at = to + row * LANES;
            IntVector a = FloatVector.fromArray(SPECIES, s, from).mul(scale).reinterpretAsInts();
            IntVector b =
                    FloatVector.fromArray(SPECIES, s, from + stride).mul(scale).reinterpretAsInts();
            IntVector c = FloatVector.fromArray(SPECIES, s, from + 2 * stride)
                    .mul(scale)
                    .reinterpretAsInts();
            IntVector d = FloatVector.fromArray(SPECIES, s, from + 3 * stride)
                    .mul(scale)
                    .reinterpretAsInts();
            IntVector e = a.blend(c.rearrange(BY_2), UPPER_2);
            IntVector g = a.rearrange(BY_2).blend(c, UPPER_2);
            IntVector f = b.blend(d.rearrange(BY_2), UPPER_2);
            IntVector h = b.rearrange(BY_2).blend(d, UPPER_2);
            e.blend(f.rearrange(BY_1), UPPER_1).reinterpretAsFloats().intoArray(s, at);
            e.rearrange(BY_1).blend(f, UPPER_1).reinterpretAsFloats().intoArray(s, at + LANES);
            g.blend(h.rearrange(BY_1), UPPER_1).reinterpretAsFloats().intoArray(s, at + 2 * LANES);
            g.rearrange(BY_1).blend(h, UPPER_1).reinterpretAsFloats().intoArray(s, at + 3 * LANES);
        }
    }
}
