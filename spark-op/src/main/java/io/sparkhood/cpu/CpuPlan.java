package io.sparkhood.cpu;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fused neighborhood attention in tiles: keys and values of a tile are packed once for all its queries, and the attention matrix
 * exists only for a pair of patches and a strip of their keys, in the scratch of one thread.
 *
 * @param bias the relative position bias, if the operator has one
 */
record CpuPlan(
        NeighborhoodAttentionOperator operator,
        long maxBatch,
        TileMath math,
        TileGeometry geometry,
        TileShape shape,
        ScratchLayout layout,
        @Nullable BiasTables bias)
        implements Plan {
    /** Parts per thread that a run should have, so that threads end together. */
    private static final int PARTS_PER_THREAD = 8;

    @Override
    public String describe() {
        return "cpu: tiles of " + shape.patchesY() + " x " + shape.patchesX() + " patches of " + geometry.laneY + " x "
                + geometry.laneX + " queries, up to " + shape.chunkKeys() + " keys packed at once, " + math.describe();
    }

    @Override
    public long visitedPairs() {
        return geometry.visitedPairs(operator.additionalTokens());
    }

    @Override
    public long scratchBytes() {
        return Float.BYTES * layout.floats();
    }

    @Override
    public void run(Lane lane, long batch, BoundTensors tensors) {
        HostLane threads = (HostLane) lane;
        List<HeadRows> inputs = HeadRows.of(tensors.inputs(), operator.inputs());
        List<HeadRows> outputs = HeadRows.of(tensors.outputs(), operator.outputs());
        Parts parts = parts(batch, threads.threads());
        threads.forEach(parts.count(), (thread, part) -> {
            TileWorker worker = threads.worker(thread, this, scratch -> new TileWorker(this, threads, scratch));
            worker.bind(inputs, outputs, parts);
            worker.compute(part);
        });
    }

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

    @Override
    public void close() {}
}
