package io.sparkhood.cpu;

import io.sparkhood.operator.DType;

/**
 * The arithmetic of one patch of queries against an interval of keys, all of it in one scratch array.
 *
 * <p>A patch holds {@link #lanes()} queries. Queries, scores and weights are stored with the lane fastest, {@code [.][lane]};
 * packed keys as {@code [slab][key][keySlab]} dims, packed values as {@code [slab][key][valueSlab]} and mixed outputs as
 * {@code [slab][query][mixedSlab]} dims. An {@code int} argument that names such a thing is the place of its first element in the array.
 *
 * <p>Kernels work on blocks of keys: they may read up to {@link #PADDING_KEYS} keys after an interval and may leave undefined
 * scores there.
 */
interface TileMath {
    /** Room that every array of keys or scores has after its last key. */
    int PADDING_KEYS = 16;

    /** The start value of a masked score. The sum of three is still finite, and 2 to it is 0. */
    float MASKED = -1e38f;

    /** The arithmetic in a few words. */
    String describe();

    /** Queries of a patch. */
    int lanes();

    /** Dims of a key that lie side by side. The distance between keys is one of two constants in the loops over their dims. */
    static int keySlab(int headDim) {
        return headDim > 32 ? 64 : 32;
    }

    /** Dims of a value that lie side by side. */
    int valueSlab(int valueDim);

    /** Dims of an output that lie side by side; a divisor of those of a value. */
    default int mixedSlab() {
        return 2 * lanes();
    }

    /** Queries of a patch, from a lane on, that {@link #mix} handles at once for so many dims of a slab. */
    int mixLanes(int dims, int lane);

    /**
     * Copies {@code width} floats of each of {@code heads} heads of each of {@code count} tokens, from
     * {@code source[from + i * step + head * headStep]} on to {@code s[to + i * pitch + head * headPitch]}; what follows there, up
     * to the next whole vector, becomes undefined.
     */
    void pack(
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
            int headPitch);

    /**
     * {@code s[to][dim][lane] = s[rows + lane * stride + dim] * factor} for at least {@code dims} dims; reads and writes up to the
     * next whole vector of dims.
     */
    default void transpose(float[] s, int rows, int stride, float factor, int dims, int to) {
        int lanes = lanes();
        for (int lane = 0; lane < lanes; lane++) {
            int from = rows + lane * stride;
            for (int dim = 0; dim < dims; dim++) {
                s[to + dim * lanes + lane] = s[from + dim] * factor;
            }
        }
    }

    /** {@code s[to + key][lane] = s[row][lane] + s[columns + key][lane]}: the start values of one row of keys. */
    void addRow(float[] s, int row, int columns, int keys, int to);

    /** {@code s[to + i] = s[from + i] + addend[at + i]} for {@code keys} keys of all lanes. */
    void addBias(float[] s, int from, float[] addend, int at, int keys, int to);

    /**
     * {@code scores[key][lane] = starts[key][lane] + sum over dims of query[dim][lane] * keys[key][dim]}, for {@code columns} keys of
     * each line; scores and start values of all lines follow each other, while a line of keys begins {@code pitch} keys after the
     * last.
     *
     * @param slab dims of a key that lie side by side
     * @param slabStride from one slab to the next
     */
    void score(
            float[] s,
            int query,
            int keys,
            int slab,
            int slabStride,
            int dims,
            int starts,
            int scores,
            int lines,
            int columns,
            int pitch);

    /** {@link #score} for two patches that see the same keys. */
    void scorePair(
            float[] s,
            int query,
            int nextQuery,
            int keys,
            int slab,
            int slabStride,
            int dims,
            int starts,
            int nextStarts,
            int scores,
            int nextScores,
            int lines,
            int columns,
            int pitch);

    /** {@code max[lane] = max(max[lane], scores[.][lane])}; undefined where a score is not finite. */
    void maximum(float[] s, int scores, int keys, int max);

    /**
     * {@code scores[key][lane] = 2^(scores[key][lane] - shift[lane])}, 0 below 2^-126.5, and {@code sum[lane] +=} them; a score
     * that is not finite makes the sum NaN, one beyond 2^128 infinite or NaN.
     */
    void exponentials(float[] s, int scores, int keys, int shift, int sum);

    /** Whether {@code count} floats from {@code from} on, in whole vectors, are all finite. */
    default boolean areFinite(float[] s, int from, int count) {
        float poison = 0; // sum of 0 x number: NaN as soon as one is not finite
        for (int i = from; i < from + count; i++) {
            poison += s[i] * 0f;
        }
        return poison == 0;
    }

    /** {@code mixed[slab][lane][.] *= factors[lane]}. */
    void rescale(float[] s, int factors, int mixed, int slabs);

    /**
     * {@code mixed[.][query][.] += sum over keys of weights[key][query] * s[values + offsets[key] + dim]}, from {@code key} on to
     * {@code endKey}, for as many queries as {@link #mixLanes} says and {@code dims} of one slab of values; values are read in whole
     * vectors, and the rest of the slab becomes undefined.
     */
    void mix(float[] s, int weights, int values, int[] offsets, int key, int endKey, int mixed, int queries, int dims);

    /**
     * {@code s[to + i] = source[from + i]} for {@code count} elements in little-endian bytes; what follows there, up to the next whole vector,
     * becomes undefined.
     */
    default void widen(DType dtype, byte[] source, int from, int count, float[] s, int to) {
        for (int i = 0; i < count; i++) {
            s[to + i] = LittleEndian.get(dtype, source, from + i);
        }
    }

    /** {@code target[to + i] = s[from + i] * factor} for {@code count} elements in little-endian bytes, rounded to nearest even. */
    default void narrow(DType dtype, float[] s, int from, float factor, int count, byte[] target, int to) {
        for (int i = 0; i < count; i++) {
            LittleEndian.set(dtype, target, to + i, s[from + i] * factor);
        }
    }

    /**
     * {@code target[to + i * step + dim] = s[mixed + i * mixedSlab() + dim] / s[sums + i]} for {@code count} queries and {@code dims}
     * of one slab.
     */
    void write(float[] s, int mixed, int sums, float[] target, int to, int step, int count, int dims);
}
