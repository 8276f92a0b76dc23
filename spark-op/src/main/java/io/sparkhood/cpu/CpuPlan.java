package io.sparkhood.cpu;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.NeighborhoodAttentionOperator;

/**
 * Fused neighborhood attention in tiles: keys and values of a tile are packed once for all its queries, and the attention matrix
 * exists only for a pair of patches and a strip of their keys, in the scratch of one thread.
 *
 * @param scratchFloats of one thread, no fewer than the tiling's
 */
record CpuPlan(NeighborhoodAttentionOperator operator, long maxBatch, Tiling tiling, long scratchFloats)
        implements Plan {
    @Override
    public String describe() {
        return "cpu: " + tiling.describe();
    }

    @Override
    public long visitedPairs() {
        return tiling.geometry().visitedPairs(operator.additionalTokens());
    }

    @Override
    public long scratchBytes() {
        return Float.BYTES * scratchFloats;
    }

    @Override
    public void run(Lane lane, long batch, BoundTensors tensors) {
        HostLane threads = (HostLane) lane;
        RunTensors bound = RunTensors.of(operator, tensors);
        Tiling.Parts parts = tiling.parts(batch, threads.threads());
        threads.forEach(parts.count(), (thread, part) -> {
            PassWorker worker = threads.workers(thread, this, scratchFloats, scratch ->
                    new PassWorker[] {TileWorker.fused(tiling, threads, scratch)})[0];
            worker.bind(bound, parts);
            worker.compute(part);
        });
    }

    @Override
    public void close() {}
}
