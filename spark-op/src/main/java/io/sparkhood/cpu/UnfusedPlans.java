package io.sparkhood.cpu;

import io.sparkhood.backend.Parameters;
import io.sparkhood.operator.NeighborhoodAggregateOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.NeighborhoodScoresOperator;
import io.sparkhood.operator.Normalization;

/** Makes the plans of several passes, and of one pass for half of attention. */
final class UnfusedPlans {
    private static final float[] NO_BIAS = {};

    private final TileMath math;
    private final Tilings tilings;
    private final long scratchFloats;

    /**
     * Makes plans.
     *
     * @param scratchFloats that a thread may have from {@link CacheLines#FIRST} on
     */
    UnfusedPlans(TileMath math, Tilings tilings, long scratchFloats) {
        this.math = math;
        this.tilings = tilings;
        this.scratchFloats = scratchFloats;
    }

    /** The first half of attention as attention whose values have one dim, which nobody packs. */
    static NeighborhoodAttentionOperator first(NeighborhoodAttentionOperator o) {
        return half(o, o.headDim(), 1, o.scale(), o.relativePositionBias());
    }

    /** The second half as attention whose keys have one dim, which nobody packs. */
    static NeighborhoodAttentionOperator second(NeighborhoodAttentionOperator o) {
        return half(o, 1, o.valueDim(), 1, false);
    }

    static NeighborhoodAttentionOperator asAttention(NeighborhoodScoresOperator o) {
        return half(o, o.headDim(), 1, o.scale(), o.relativePositionBias());
    }

    static NeighborhoodAttentionOperator asAttention(NeighborhoodAggregateOperator o) {
        return half(o, 1, o.valueDim(), 1, false);
    }

    private static NeighborhoodAttentionOperator half(
            NeighborhoodOperator o, int headDim, int valueDim, double scale, boolean relativePositionBias) {
        return new NeighborhoodAttentionOperator(
                o.featureMap(),
                o.neighborhood(),
                o.heads(),
                o.keyValueHeads(),
                headDim,
                valueDim,
                scale,
                o.additionalTokens(),
                relativePositionBias,
                false,
                o.dtype());
    }

    /** Floats of scratch for each of the two passes over tiles of attention. */
    long share(NeighborhoodAttentionOperator operator) {
        return (scratchFloats - SoftmaxWorker.floats(operator, math) - 2 * UnfusedPlan.Builder.GAP) / 2;
    }

    /** Passes over tiles. */
    UnfusedPlan gemm(NeighborhoodOperator operator, long maxBatch, Parameters parameters) {
        UnfusedPlan.Builder plan = new UnfusedPlan.Builder();
        Tiling tiling;
        if (operator instanceof NeighborhoodAttentionOperator attention) {
            long share = share(attention);
            tiling = tiling(plan, first(attention), parameters, share);
            plan.add(Pass.scores(tiling));
            addSoftmax(plan, attention);
            Tiling mix = tiling(plan, second(attention), Parameters.NONE, share);
            plan.add(Pass.mix(mix, Normalization.NONE));
        } else if (operator instanceof NeighborhoodScoresOperator scores) {
            tiling = tiling(plan, asAttention(scores), parameters, scratchFloats);
            plan.add(Pass.scores(tiling));
        } else {
            NeighborhoodAggregateOperator aggregate = (NeighborhoodAggregateOperator) operator;
            tiling = tiling(plan, asAttention(aggregate), Parameters.NONE, scratchFloats);
            plan.add(Pass.mix(tiling, aggregate.normalization()));
        }
        long visited = tiling.geometry().visitedPairs(operator.additionalTokens());
        return plan.build(
                operator, maxBatch, CacheLines.FIRST + scratchFloats, visited, "cpu: gemm in " + tiling.describe());
    }

    private Tiling tiling(
            UnfusedPlan.Builder plan, NeighborhoodAttentionOperator operator, Parameters parameters, long floats) {
        return tilings.of(new Tilings.Request(operator, parameters, 1, plan.from(), floats));
    }

    private void addSoftmax(UnfusedPlan.Builder plan, NeighborhoodAttentionOperator operator) {
        long from = plan.from();
        plan.add(new Pass.ByQuery(
                operator.tokens(),
                from + SoftmaxWorker.floats(operator, math),
                (lane, scratch) -> new SoftmaxWorker(operator, math, lane, scratch, (int) from)));
    }

    /** Passes of plain loops. */
    UnfusedPlan naive(NeighborhoodOperator operator, long maxBatch, Parameters parameters) {
        float[] bias = operator.parameters().isEmpty()
                ? NO_BIAS
                : parameters.require(operator.parameters().get(0));
        return naive(operator, maxBatch, bias);
    }

    /** Floats of scratch of such a plan. */
    long naiveFloats(NeighborhoodOperator operator) {
        return naive(operator, 1, NO_BIAS).scratchBytes() / Float.BYTES;
    }

    private UnfusedPlan naive(NeighborhoodOperator operator, long maxBatch, float[] bias) {
        UnfusedPlan.Builder plan = new UnfusedPlan.Builder();
        if (operator instanceof NeighborhoodAttentionOperator attention) {
            addScores(plan, attention, attention.headDim(), attention.scale(), bias);
            addSoftmax(plan, attention);
            addMix(plan, attention, attention.valueDim(), Normalization.NONE);
        } else if (operator instanceof NeighborhoodScoresOperator scores) {
            addScores(plan, scores, scores.headDim(), scores.scale(), bias);
        } else {
            NeighborhoodAggregateOperator aggregate = (NeighborhoodAggregateOperator) operator;
            addMix(plan, aggregate, aggregate.valueDim(), aggregate.normalization());
        }
        return plan.build(operator, maxBatch, 0, operator.visiblePairs(), "cpu: naive, one query and key at a time");
    }

    private void addScores(
            UnfusedPlan.Builder plan, NeighborhoodOperator operator, int headDim, double scale, float[] bias) {
        long from = plan.from();
        var pass = new NaiveScoresWorker.NaiveScores(operator, math, headDim, scale, bias);
        plan.add(new Pass.ByQuery(
                operator.tokens(),
                from + pass.floats(),
                (lane, scratch) -> new NaiveScoresWorker(pass, lane, scratch, (int) from)));
    }

    private void addMix(
            UnfusedPlan.Builder plan, NeighborhoodOperator operator, int valueDim, Normalization normalization) {
        long from = plan.from();
        var pass = new NaiveMixWorker.NaiveMix(operator, math, valueDim, normalization);
        plan.add(new Pass.ByQuery(
                operator.tokens(),
                from + pass.floats(),
                (lane, scratch) -> new NaiveMixWorker(pass, lane, scratch, (int) from)));
    }
}
