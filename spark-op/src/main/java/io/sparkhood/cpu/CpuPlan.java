package io.sparkhood.cpu;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fused neighborhood attention in tiles: the attention matrix exists only for the queries of a tile and a chunk of their
 * keys, in the scratch of one thread.
 *
 * @param bias the relative position bias, if the operator has one
 */
record CpuPlan(
        NeighborhoodAttentionOperator operator,
        long maxBatch,
        TileMath math,
        TileGeometry geometry,
        ScratchLayout layout,
        @Nullable BiasTables bias)
        implements Plan {

    @Override
    public String describe() {
        return "cpu: tiles of 2 x " + geometry.laneY + " x " + geometry.laneX + " queries, chunks of up to "
                + layout.chunkKeys + " keys, " + math.describe();
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
        TileWorker[] workers = new TileWorker[threads.threads()];
        threads.forEach(batch * geometry.parts(), (thread, part) -> {
            if (workers[thread] == null) {
                workers[thread] = new TileWorker(this, inputs, outputs, threads, thread);
            }
            workers[thread].compute(part);
        });
    }

    @Override
    public void close() {}
}
