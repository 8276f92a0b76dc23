package io.sparkhood.cpu;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.NeighborhoodAggregateOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.NeighborhoodScoresOperator;
import io.sparkhood.operator.Normalization;

/**
 * An operator as it is defined, one query at a time, in double precision.
 *
 * @param math the definition
 * @param valueDim elements of an output per head, 0 if there is none
 * @param work what is done with each query
 */
record ReferencePlan(NeighborhoodOperator operator, long maxBatch, ReferenceMath math, int valueDim, Work work)
        implements Plan {

    /** What is done with a query. */
    @FunctionalInterface
    interface Work {
        /** Computes all heads of a query. */
        void compute(ReferenceMath.Query query, RunTensors tensors);
    }

    static ReferencePlan of(NeighborhoodAttentionOperator operator, long maxBatch, Parameters parameters) {
        ReferenceMath math = new ReferenceMath(operator);
        float[] bias = bias(operator, parameters);
        return new ReferencePlan(operator, maxBatch, math, operator.valueDim(), (query, tensors) -> {
            for (int head = 0; head < operator.heads(); head++) {
                math.attend(query, head, tensors, operator.scale(), bias);
            }
        });
    }

    static ReferencePlan of(NeighborhoodScoresOperator operator, long maxBatch, Parameters parameters) {
        ReferenceMath math = new ReferenceMath(operator);
        float[] bias = bias(operator, parameters);
        return new ReferencePlan(operator, maxBatch, math, 0, (query, tensors) -> {
            HeadRows bySlot = tensors.weights().get(0);
            for (int head = 0; head < operator.heads(); head++) {
                double[] scores = math.scores(query, head, tensors, operator.scale(), bias);
                int to = bySlot.place(query.row(), query.token(), head);
                bySlot.fill(to, bySlot.dims(), Float.NEGATIVE_INFINITY);
                for (int key = 0; key < scores.length; key++) {
                    bySlot.set(to + math.slot(query, key), scores[key]);
                }
            }
        });
    }

    static ReferencePlan of(NeighborhoodAggregateOperator operator, long maxBatch) {
        ReferenceMath math = new ReferenceMath(operator);
        return new ReferencePlan(operator, maxBatch, math, operator.valueDim(), (query, tensors) -> {
            for (int head = 0; head < operator.heads(); head++) {
                double[] weights = math.given(query, head, tensors.weights().get(0));
                if (operator.normalization() == Normalization.SOFTMAX) {
                    ReferenceMath.softmax(weights);
                }
                math.mix(query, head, weights, tensors);
            }
        });
    }

    private static float[] bias(NeighborhoodOperator operator, Parameters parameters) {
        return operator.parameters().isEmpty()
                ? new float[0]
                : parameters.require(operator.parameters().get(0));
    }

    @Override
    public String describe() {
        return "reference: one query at a time, double precision";
    }

    @Override
    public long visitedPairs() {
        return operator.visiblePairs();
    }

    @Override
    public long scratchBytes() {
        return math.scratchBytes(valueDim);
    }

    @Override
    public void run(Lane lane, long batch, BoundTensors tensors) {
        RunTensors bound = RunTensors.of(operator, tensors);
        long tokens = operator.tokens();
        ((HostLane) lane).forEach(batch * tokens, (thread, part) -> {
            ReferenceMath.Query query = math.query(part / tokens, (int) (part % tokens));
            work.compute(query, bound);
        });
    }

    @Override
    public void close() {}
}
