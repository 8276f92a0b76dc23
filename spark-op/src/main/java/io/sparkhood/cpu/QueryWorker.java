package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodOperator;

/** One thread of a pass that takes each query by itself. */
abstract class QueryWorker implements PassWorker {
    final NeighborhoodOperator operator;
    final TileMath math;
    final float[] s;
    RunTensors tensors = RunTensors.NONE;
    private final HostLane lane;
    private final long tokens;

    QueryWorker(NeighborhoodOperator operator, TileMath math, HostLane lane, float[] scratch) {
        this.operator = operator;
        this.math = math;
        this.lane = lane;
        s = scratch;
        tokens = operator.tokens();
    }

    @Override
    public final void bind(RunTensors tensors, Tiling.Parts parts) {
        this.tensors = tensors;
    }

    /** Computes the queries of a block of tokens. */
    @Override
    public final void compute(long part) {
        lane.requireNotCancelled();
        long blocks = Pass.ByQuery.blocks(tokens);
        long first = part % blocks * Pass.ByQuery.BLOCK;
        long end = Math.min(tokens, first + Pass.ByQuery.BLOCK);
        for (long token = first; token < end; token++) {
            query(part / blocks, (int) token);
        }
    }

    /** Computes all heads of one query. */
    abstract void query(long row, int token);

    /** The floats of whole pairs of vectors that hold so many elements. */
    static long wholeVectors(TileMath math, long elements) {
        long pair = 2L * math.lanes();
        return (elements + pair - 1) / pair * pair;
    }
}
