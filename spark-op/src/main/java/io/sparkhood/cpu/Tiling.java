package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import org.jspecify.annotations.Nullable;

/**
 * How one pass over an operator is cut into tiles, and where the parts of a tile lie in the scratch of a thread.
 *
 * @param operator what is computed; half of attention is attention whose other half has one dim
 * @param bias the relative position bias, if the operator has one
 * @param queryFactor what queries are multiplied by
 */
record Tiling(
        NeighborhoodAttentionOperator operator,
        TileMath math,
        TileGeometry geometry,
        TileShape shape,
        ScratchLayout layout,
        @Nullable BiasTables bias,
        float queryFactor) {
    /** Parts per thread that a run should have, so that threads end together. */
    private static final int PARTS_PER_THREAD = 8;

    /**
     * How a run is divided among threads.
     *
     * @param count parts in all
     * @param runs runs of tiles, one below the other, of a column of tiles
     * @param headSplits into which the heads are divided
     */
    record Parts(long count, int runs, int headSplits) {}

    /** Whole columns of tiles, so that each tile takes over the keys that it shares with the one above; shorter ones if few. */
    Parts parts(long batch, int threads) {
        long columns = batch * geometry.groups() * geometry.tileColumns(shape);
        int heads = operator.keyValueHeads();
        int headSplits = (heads - 1) / shape.keyHeads() + 1;
        long wanted = threads == 1 ? 1 : PARTS_PER_THREAD * (long) threads;
        int runs = (int) Math.min(geometry.tilesOfColumn(shape), (wanted - 1) / (columns * headSplits) + 1);
        headSplits = (int) Math.max(headSplits, Math.min(heads, (wanted - 1) / (columns * runs) + 1));
        return new Parts(columns * runs * headSplits, runs, headSplits);
    }

    /** In one line for people. */
    String describe() {
        return "tiles of " + (shape.placesZ() == 1 ? "" : shape.placesZ() + " x ") + shape.patchesY() + " x "
                + shape.patchesX() + " patches of " + geometry.laneY + " x "
                + geometry.laneX + " queries, up to " + shape.chunkKeys() + " keys packed at once, "
                + math.describe();
    }

    /** Bytes held by what a backend keeps for later plans; the bias twice, since the key holds the parameter as well. */
    long bytes() {
        return geometry.bytes() + (bias == null ? 0 : 2 * bias.bytes());
    }
}
