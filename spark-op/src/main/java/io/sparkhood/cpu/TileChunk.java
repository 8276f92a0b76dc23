package io.sparkhood.cpu;

import java.util.Arrays;

/**
 * An interval of a tile's keys: the tokens to gather, and the start values that mask what a query does not see.
 *
 * <p>Masks are the start values of the scores' sums, so that masking costs nothing in the loops: causal axes, strides and
 * clamped borders are all one. Tiles that see the same pattern, as those inside a map do, share their masks.
 */
final class TileChunk {
    private final TileMath math;
    private final ScratchLayout at;
    private final Tile tile;
    private final float[] s;
    private final int laneX;
    private final int lanes;
    private int[] pattern;
    private int[] lastPattern;

    /** Where the keys start in their tensor, from the start of a row and head on; {@link #keys} of them. */
    final int[] keyOffsets;
    /** Where their values start in theirs. */
    final int[] valueOffsets;

    int keys;
    /** Number of the first key in the tile's box. */
    int from;
    /** The keys of this chunk that each patch sees, counted from the chunk's first. */
    final int[] first = new int[2];

    final int[] end = new int[2];

    TileChunk(TileMath math, ScratchLayout at, Tile tile, float[] s, int laneX) {
        this.math = math;
        this.at = at;
        this.tile = tile;
        this.s = s;
        this.laneX = laneX;
        this.lanes = math.lanes();
        this.keyOffsets = new int[at.chunkKeys];
        this.valueOffsets = new int[at.chunkKeys];
        this.pattern = new int[6 + 4 * (lanes / laneX) + 2 * laneX];
        this.lastPattern = new int[pattern.length];
    }

    /** Moves to keys {@code from} to {@code to - 1} of the tile's box. */
    void moveTo(int from, int to, HeadRows key, HeadRows value) {
        this.from = from;
        keys = to - from;
        for (int patch = 0; patch < tile.patches; patch++) {
            first[patch] = Math.min(Math.max(tile.firstKey(patch), from), to) - from;
            end[patch] = Math.min(Math.max(tile.endKey(patch), from), to) - from;
        }
        listOffsets(to, key.tokenStride(), value.tokenStride());
        if (!samePattern()) {
            mask();
        }
    }

    /** Moves to additional keys {@code from} to {@code to - 1}, which every query sees. */
    void moveToAdditional(int from, int to, HeadRows key, HeadRows value) {
        this.from = from;
        keys = to - from;
        for (int i = 0; i < keys; i++) {
            keyOffsets[i] = (from + i) * key.tokenStride();
            valueOffsets[i] = (from + i) * value.tokenStride();
        }
        Arrays.fill(first, 0);
        Arrays.fill(end, keys);
    }

    private void listOffsets(int to, int keyStride, int valueStride) {
        int step = tile.token(0, 0, 1) - tile.token(0, 0, 0);
        int rowOfBox = from / tile.columns;
        int x = from % tile.columns;
        for (int i = 0; i < to - from; rowOfBox++) {
            int y = tile.boxY + rowOfBox / tile.depth;
            int token = tile.token(tile.boxZ + rowOfBox % tile.depth, y, tile.boxX + x);
            for (; x < tile.columns && i < to - from; x++) {
                keyOffsets[i] = token * keyStride;
                valueOffsets[i++] = token * valueStride;
                token += step;
            }
            x = 0;
        }
    }

    /** Whether the masks in the scratch array are those of this chunk already. */
    private boolean samePattern() {
        int[] swap = lastPattern;
        lastPattern = pattern;
        pattern = swap;
        int i = 0;
        pattern[i++] = from;
        pattern[i++] = keys;
        pattern[i++] = tile.patches;
        pattern[i++] = tile.depth;
        pattern[i++] = tile.columns;
        pattern[i++] = tile.rows;
        for (int patch = 0; patch < tile.patches; patch++) {
            for (int row = 0; row < lanes / laneX; row++) {
                pattern[i++] = tile.firstKeyOfRow(patch, row);
                pattern[i++] = tile.endKeyOfRow(patch, row);
            }
        }
        i = 6 + 4 * (lanes / laneX);
        for (int column = 0; column < laneX; column++) {
            pattern[i++] = tile.firstColumn(column);
            pattern[i++] = tile.endColumn(column);
        }
        return Arrays.equals(pattern, lastPattern);
    }

    private void mask() {
        boolean allColumns = tile.seesAllColumns();
        boolean fits = tile.columns <= at.chunkKeys;
        if (fits) {
            maskColumns(0, tile.columns);
        }
        for (int patch = 0; patch < tile.patches; patch++) {
            int masks = at.masks + patch * at.patchStride;
            int lastRow = lanes / laneX - 1;
            int seenByAll = tile.firstKeyOfRow(patch, lastRow) - from;
            int seenByAllEnd = tile.endKeyOfRow(patch, 0) - from;
            for (int key = first[patch]; key < end[patch]; ) {
                if (allColumns && key >= seenByAll && key < seenByAllEnd) {
                    int until = Math.min(end[patch], seenByAllEnd);
                    Arrays.fill(s, masks + key * lanes, masks + until * lanes, 0f);
                    key = until;
                    continue;
                }
                int x = (from + key) % tile.columns;
                int count = Math.min(tile.columns - x, end[patch] - key);
                if (!fits) {
                    maskColumns(x, count);
                }
                maskRow(patch, (from + key) / tile.columns / tile.depth);
                math.addRow(s, at.row, at.columns + (fits ? x * lanes : 0), count, masks + key * lanes);
                key += count;
            }
        }
    }

    private void maskRow(int patch, int boxRow) {
        for (int lane = 0; lane < lanes; lane++) {
            s[at.row + lane] = tile.seesRow(patch, lane / laneX, boxRow) ? 0 : TileMath.MASKED;
        }
    }

    private void maskColumns(int x, int count) {
        int to = at.columns;
        for (int i = 0; i < count; i++) {
            for (int lane = 0; lane < lanes; lane++) {
                s[to++] = tile.seesColumn(lane % laneX, x + i) ? 0 : TileMath.MASKED;
            }
        }
    }

    /** Writes masks plus the biases of one head for one patch. */
    void bias(BiasTables bias, int head, int patch) {
        float[] table = bias.table(head);
        int masks = at.masks + patch * at.patchStride;
        int biased = at.biased + patch * at.patchStride;
        for (int key = first[patch]; key < end[patch]; ) {
            int x = (from + key) % tile.columns;
            int rowOfBox = (from + key) / tile.columns;
            boolean merged = bias.oneColumn() && tile.depth == 1;
            int count = merged ? end[patch] - key : Math.min(tile.columns - x, end[patch] - key);
            int start = bias.at(
                    tile.boxZ + rowOfBox % tile.depth - tile.queryZ(),
                    tile.boxY + rowOfBox / tile.depth - tile.queryY(patch, 0),
                    tile.boxX + x - tile.queryX(0));
            math.addBias(s, masks + key * lanes, table, start, count, biased + key * lanes);
            key += count;
        }
    }
}
