package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodAttentionOperator;

/**
 * What lies where in the scratch array of one thread. Its size depends on the window, the dims and the heads that share a key,
 * up to a limit, but never on the size of the map.
 */
final class ScratchLayout {
    /** Keys of a chunk: their keys, values and scores are to stay in the second-level cache. */
    private static final int MOST_KEYS = 320;

    private static final int FEWEST_KEYS = 64;
    private static final int CHUNK_FLOATS = 96 * 1024;

    /** Keys gathered at once. */
    final int chunkKeys;

    final int keySlabs;
    final int valueSlabs;
    /** Distances between slabs of gathered keys, and between the scores of two patches. */
    final int keySlabStride;

    final int patchStride;

    final int keys; // [keySlabs][chunkKeys + padding][KEY_SLAB]
    final int values; // [chunkKeys + padding][valueSlab], the last slab of values that are not whole vectors
    final int scores; // [2][chunkKeys + padding][lanes]
    final int masks; // [2][chunkKeys + padding][lanes]
    final int biased; // [2][chunkKeys + padding][lanes], masks + bias of one head
    final int zeros; // [chunkKeys + padding][lanes], the masks of additional keys
    final int row; // [lanes], masks of one row of keys
    final int columns; // [chunkKeys][lanes], masks by column
    final int factors; // [1 + padding][lanes]
    final int ignored; // [lanes]

    private final int states; // [heads that share a key][2], each as below
    private final int stateFloats;
    private final int max; // [lanes]
    private final int sum; // [lanes]
    private final int query; // [headDim][lanes]
    private final int mixed; // [valueSlabs][lanes][valueSlab]
    private final long floats;
    private long next;

    ScratchLayout(NeighborhoodAttentionOperator operator, TileMath math, long mostTileKeys) {
        int lanes = math.lanes();
        int valueSlab = math.valueSlab();
        keySlabs = (operator.headDim() - 1) / TileMath.KEY_SLAB + 1;
        valueSlabs = (operator.valueDim() - 1) / valueSlab + 1;
        long perKey = (long) keySlabs * TileMath.KEY_SLAB + (long) valueSlabs * valueSlab;
        long fitting = Math.max(FEWEST_KEYS, Math.min(MOST_KEYS, CHUNK_FLOATS / perKey));
        chunkKeys = (int) Math.min(fitting, Math.max(mostTileKeys, operator.additionalTokens()));
        int padded = chunkKeys + TileMath.PADDING_KEYS;
        keySlabStride = padded * TileMath.KEY_SLAB;
        patchStride = padded * lanes;
        keys = take((long) keySlabs * keySlabStride);
        values = take(operator.valueDim() % lanes == 0 ? 0 : (long) padded * valueSlab);
        scores = take(2L * patchStride);
        masks = take(2L * patchStride);
        biased = take(operator.relativePositionBias() ? 2L * patchStride : 0);
        zeros = take(operator.additionalTokens() > 0 ? patchStride : 0);
        row = take(lanes);
        columns = take((long) chunkKeys * lanes);
        factors = take((1L + TileMath.PADDING_KEYS) * lanes);
        ignored = take(lanes);
        states = (int) Math.min(next, Integer.MAX_VALUE);
        next = 0;
        max = take(lanes);
        sum = take(lanes);
        query = take((long) operator.headDim() * lanes);
        mixed = take((long) valueSlabs * lanes * valueSlab);
        stateFloats = (int) Math.min(next, Integer.MAX_VALUE);
        floats = states + 2L * (operator.heads() / operator.keyValueHeads()) * next;
    }

    /** Places beyond an int are never used: such an operator is refused by its {@link #floats()}. */
    private int take(long count) {
        int at = (int) Math.min(next, Integer.MAX_VALUE);
        next += count;
        return at;
    }

    /** Floats of the whole array. */
    long floats() {
        return floats;
    }

    private int state(int headOfGroup, int patch) {
        return states + (2 * headOfGroup + patch) * stateFloats;
    }

    int max(int headOfGroup, int patch) {
        return state(headOfGroup, patch) + max;
    }

    int sum(int headOfGroup, int patch) {
        return state(headOfGroup, patch) + sum;
    }

    int query(int headOfGroup, int patch) {
        return state(headOfGroup, patch) + query;
    }

    int mixed(int headOfGroup, int patch) {
        return state(headOfGroup, patch) + mixed;
    }
}
