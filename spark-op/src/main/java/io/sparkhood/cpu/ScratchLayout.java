package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodAttentionOperator;

/**
 * What lies where in the scratch array of one thread. Its size depends on the window, the dims and the heads that share a key,
 * up to a limit, but never on the size of the map.
 */
final class ScratchLayout {
    /** Keys of a strip: the scores of a pair of patches are to stay in the first-level cache. */
    private static final int MOST_STRIP_KEYS = 320;

    /** Floats of weights and values that are mixed at once: they are to stay in the first-level cache. */
    private static final int MIXED_FLOATS = 16 * 1024;

    /** Floats of queries on their way to be transposed. */
    private static final int STAGED_FLOATS = 16 * 1024;

    private static final int MOST_MASK_TABLES = 16;
    private static final int MASK_FLOATS = 64 * 1024;

    /** Keys of a strip at most. */
    final int stripKeys;
    /** Keys whose values are mixed at once. */
    final int mixKeys;
    /** Query heads staged at once. */
    final int stagedHeads;
    /** Tables of masks. */
    final int maskTables;

    /** Dims of a slab of packed keys, and of values; and slabs, also of outputs. */
    final int keySlab;

    final int valueSlab;
    final int keySlabs;
    final int valueSlabs;
    final int mixedSlabs;
    /** Distances between slabs of packed keys and values, between the scores of two patches, and between staged rows. */
    final int keySlabStride;

    final int valueSlabStride;
    final int patchStride;
    final int stagedStride;

    private final int keys; // [heads][keySlabs][chunkKeys + padding][keySlab]
    private final int values; // [heads][valueSlabs][chunkKeys + padding][valueSlab]
    final int scores; // [2][stripKeys + padding][lanes]
    final int masks; // [maskTables][stripKeys + padding][lanes]
    final int biased; // [2][stripKeys + padding][lanes], masks + bias of one head
    final int zeros; // [stripKeys + padding][lanes], the masks of keys that all see
    final int row; // [lanes], masks of one line of keys
    final int columns; // [stripKeys][lanes], masks by column
    private final int
            staged; // [stagedHeads][2][lanes][headDim in whole vectors], queries on their way to be transposed
    final int factors; // [1 + padding][lanes]
    final int ignored; // [lanes]
    final int sums; // [2][lanes], as they were before a strip

    private final int states; // [states][as below]
    private final int stateStride;
    private final int begun; // [lanes], the first is 1 once keys were seen
    private final int max; // [lanes]
    private final int sum; // [lanes]
    private final int query; // [headDim in whole vectors][lanes]
    private final int mixed; // [mixedSlabs][lanes][mixedSlab]
    private final long floats;
    private final int lanes;
    private long next;

    /**
     * Lays out.
     *
     * @param patchKeys the most keys that a patch sees
     * @param shape what is packed at once
     * @param states running sums kept at once, each of one patch and one head
     * @param limit floats that what may be smaller should not exceed by much
     * @param from first float of the array that is free
     */
    ScratchLayout(
            NeighborhoodAttentionOperator operator,
            TileMath math,
            long patchKeys,
            TileShape shape,
            long states,
            long limit,
            long from) {
        next = from;
        int keyHeads = shape.keyHeads();
        lanes = math.lanes();
        int heads = operator.heads() / operator.keyValueHeads() * keyHeads;
        long wholeHeadDim = wholeVectors(operator.headDim(), lanes);
        keySlab = TileMath.keySlab(operator.headDim());
        valueSlab = math.valueSlab(operator.valueDim());
        keySlabs = (operator.headDim() - 1) / keySlab + 1;
        valueSlabs = (operator.valueDim() - 1) / valueSlab + 1;
        mixedSlabs = (operator.valueDim() - 1) / math.mixedSlab() + 1;
        stripKeys = (int) Math.min(MOST_STRIP_KEYS, Math.max(patchKeys, operator.additionalTokens()));
        patchStride = (stripKeys + TileMath.PADDING_KEYS) * lanes;
        maskTables = (int) Math.max(2, Math.min(MOST_MASK_TABLES, Math.min(MASK_FLOATS, limit) / patchStride));
        long packedKeys = Math.max(shape.chunkKeys(), Math.min(stripKeys, operator.additionalTokens()));
        long paddedKeys = packedKeys + TileMath.PADDING_KEYS;
        paddedKeys += Math.floorMod(5 - paddedKeys, 32); // planes a multiple of 4 KB apart would evict each other
        mixKeys = MIXED_FLOATS / (lanes + valueSlab);
        keySlabStride = asInt(paddedKeys * keySlab);
        valueSlabStride = asInt(paddedKeys * valueSlab);
        stagedStride = asInt(wholeHeadDim);
        keys = take(keyHeads * keySlabs * paddedKeys * keySlab);
        values = take(keyHeads * valueSlabs * paddedKeys * valueSlab);
        scores = take(2L * patchStride);
        masks = take((long) maskTables * patchStride);
        biased = take(operator.relativePositionBias() ? 2L * patchStride : 0);
        zeros = take(patchStride);
        row = take(lanes);
        columns = take((long) stripKeys * lanes);
        stagedHeads = (int) Math.max(1, Math.min(heads, Math.min(STAGED_FLOATS, limit) / (2 * lanes * wholeHeadDim)));
        staged = take(stagedHeads * 2L * lanes * wholeHeadDim);
        factors = take((1L + TileMath.PADDING_KEYS) * lanes);
        ignored = take(lanes);
        sums = take(2L * lanes);
        this.states = asInt(next);
        next = 0;
        begun = take(lanes);
        max = take(lanes);
        sum = take(lanes);
        query = take(wholeHeadDim * lanes);
        mixed = take((long) mixedSlabs * lanes * math.mixedSlab());
        stateStride = asInt(next);
        floats = this.states + states * next;
    }

    private static long wholeVectors(int dims, int lanes) {
        return (dims + lanes - 1L) / lanes * lanes;
    }

    /** Floats of a packed key with its value. */
    static long keyFloats(NeighborhoodAttentionOperator operator, TileMath math) {
        return wholeVectors(operator.headDim(), TileMath.keySlab(operator.headDim()))
                + wholeVectors(operator.valueDim(), math.valueSlab(operator.valueDim()));
    }

    /** Floats of the running sums of one patch and one head. */
    static long stateFloats(NeighborhoodAttentionOperator operator, TileMath math) {
        return math.lanes()
                * (3
                        + wholeVectors(operator.headDim(), math.lanes())
                        + wholeVectors(operator.valueDim(), math.mixedSlab()));
    }

    private int take(long count) {
        int at = asInt(next);
        next += count;
        return at;
    }

    /** Places beyond an int are never used: such an operator is refused by its {@link #floats()}. */
    private static int asInt(long place) {
        return (int) Math.min(place, Integer.MAX_VALUE);
    }

    /** Where it ends: floats of the whole array, where nothing lies behind. */
    long floats() {
        return floats;
    }

    /** The staged queries of the pair of patches for a head. */
    int staged(int head) {
        return staged + head * stagedPitch();
    }

    int stagedPitch() {
        return 2 * lanes * stagedStride;
    }

    /** The packed keys of a head, counted from the first packed. */
    int keys(int head) {
        return keys + head * keySlabs * keySlabStride;
    }

    /** Their values. */
    int values(int head) {
        return values + head * valueSlabs * valueSlabStride;
    }

    int begun(int state) {
        return states + state * stateStride + begun;
    }

    int max(int state) {
        return states + state * stateStride + max;
    }

    int sum(int state) {
        return states + state * stateStride + sum;
    }

    int query(int state) {
        return states + state * stateStride + query;
    }

    int mixed(int state) {
        return states + state * stateStride + mixed;
    }
}
