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
        long tiles = batch * geometry.groups() * geometry.tiles(shape);
        int splits = headSplits(tiles, threads.threads());
        threads.forEach(tiles * splits, (thread, part) -> {
            TileWorker worker = threads.worker(thread, this, scratch -> new TileWorker(this, threads, scratch));
            worker.bind(inputs, outputs, splits);
            worker.compute(part);
        });
    }

    /** Into how many parts the heads of a tile are divided where there are too few tiles for the threads. */
    private int headSplits(long tiles, int threads) {
        long wanted = threads == 1 ? 1 : (PARTS_PER_THREAD * (long) threads - 1) / tiles + 1;
        return (int) Math.min(wanted, operator.keyValueHeads());
    }

    @Override
    public void close() {}
}
