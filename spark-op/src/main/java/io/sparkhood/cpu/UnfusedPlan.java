package io.sparkhood.cpu;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention in several passes, or a half of it. Between the passes the scores, then the weights of the whole batch lie in the
 * memory of the lane, {@code [row][token][head][slot]}.
 *
 * @param weightElements of one row, 0 where scores or weights are tensors of the operator
 * @param passes one after the other
 * @param scratchFloats of one thread: where the last pass's part of it ends, or more
 */
record UnfusedPlan(
        NeighborhoodOperator operator,
        long maxBatch,
        long weightElements,
        List<Pass> passes,
        long scratchFloats,
        long visitedPairs,
        String describe)
        implements Plan {
    UnfusedPlan {
        passes = List.copyOf(passes);
    }

    @Override
    public long scratchBytes() {
        return Float.BYTES * scratchFloats;
    }

    @Override
    public long weightsBytes() {
        return Float.BYTES * maxBatch * weightElements;
    }

    @Override
    public void run(Lane lane, long batch, BoundTensors tensors) {
        HostLane threads = (HostLane) lane;
        RunTensors all = RunTensors.of(operator, tensors);
        if (weightElements > 0) {
            all = all.with(weights(threads));
        }
        for (int i = 0; i < passes.size(); i++) {
            int index = i;
            Pass pass = passes.get(i);
            RunTensors bound = pass.of(all);
            Tiling.Parts parts = pass.parts(batch, threads.threads());
            threads.forEach(parts.count(), (thread, part) -> {
                PassWorker worker = workers(threads, thread)[index];
                worker.bind(bound, parts);
                worker.compute(part);
            });
        }
    }

    private PassWorker[] workers(HostLane lane, int thread) {
        return lane.workers(
                thread,
                this,
                scratchFloats,
                scratch ->
                        passes.stream().map(pass -> pass.worker(lane, scratch)).toArray(PassWorker[]::new));
    }

    private HeadRows weights(HostLane lane) {
        float[] weights = lane.weights(maxBatch * weightElements);
        return HeadRows.of(weights, (int) operator.tokens(), operator.heads(), (int) operator.slots());
    }

    @Override
    public void close() {}

    /** Collects passes whose parts of the scratch follow each other. */
    static final class Builder {
        /** Floats between the parts, so that the whole vectors that one reads are its own. */
        static final long GAP = 64;

        private final List<Pass> passes = new ArrayList<>();

        /** First float that is free. */
        long from() {
            return passes.isEmpty() ? CacheLines.FIRST : end() + GAP;
        }

        private long end() {
            return passes.get(passes.size() - 1).end();
        }

        void add(Pass pass) {
            passes.add(pass);
        }

        /** The plan, whose scratch may have so many floats, and more only where its passes need them. */
        UnfusedPlan build(
                NeighborhoodOperator operator, long maxBatch, long limitFloats, long visitedPairs, String describe) {
            long weights = operator instanceof NeighborhoodAttentionOperator ? operator.slotElements() : 0;
            long scratch = CacheLines.detected().floats(end(), limitFloats);
            return new UnfusedPlan(operator, maxBatch, weights, passes, scratch, visitedPairs, describe);
        }
    }
}
