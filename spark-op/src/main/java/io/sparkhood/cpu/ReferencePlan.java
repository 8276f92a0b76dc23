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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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
        /** Computes all heads of a query; inputs and outputs come in the order of the operator's ports. */
        void compute(ReferenceMath.Query query, List<TokenRows> inputs, List<TokenRows> outputs);
    }

    static ReferencePlan of(NeighborhoodAttentionOperator operator, long maxBatch, Parameters parameters) {
        ReferenceMath math = new ReferenceMath(operator);
        float[] bias = bias(operator, parameters);
        return new ReferencePlan(operator, maxBatch, math, operator.valueDim(), (query, inputs, outputs) -> {
            Optional<TokenRows> additionalKeys = last(inputs, 3);
            var scored = new ReferenceMath.Scores(
                    inputs.get(0), inputs.get(1), additionalKeys, operator.headDim(), operator.scale(), bias);
            for (int head = 0; head < operator.heads(); head++) {
                double[] weights = math.scores(query, head, scored);
                double logSumExp = ReferenceMath.softmax(weights);
                int dim = operator.valueDim();
                math.mix(query, head, weights, inputs.get(2), last(inputs, 4), dim, outputs.get(0));
                if (operator.logSumExp()) {
                    outputs.get(1).set(query.row(), query.token(), head, logSumExp);
                }
            }
        });
    }

    static ReferencePlan of(NeighborhoodScoresOperator operator, long maxBatch, Parameters parameters) {
        ReferenceMath math = new ReferenceMath(operator);
        float[] bias = bias(operator, parameters);
        int slots = (int) operator.slots();
        return new ReferencePlan(operator, maxBatch, math, 0, (query, inputs, outputs) -> {
            var scored = new ReferenceMath.Scores(
                    inputs.get(0), inputs.get(1), last(inputs, 2), operator.headDim(), operator.scale(), bias);
            for (int head = 0; head < operator.heads(); head++) {
                double[] ofSlots = new double[slots];
                Arrays.fill(ofSlots, Double.NEGATIVE_INFINITY);
                double[] scores = math.scores(query, head, scored);
                for (int key = 0; key < scores.length; key++) {
                    ofSlots[math.slot(query, key)] = scores[key];
                }
                for (int slot = 0; slot < slots; slot++) {
                    outputs.get(0).set(query.row(), query.token(), (long) head * slots + slot, ofSlots[slot]);
                }
            }
        });
    }

    static ReferencePlan of(NeighborhoodAggregateOperator operator, long maxBatch) {
        ReferenceMath math = new ReferenceMath(operator);
        long slots = operator.slots();
        return new ReferencePlan(operator, maxBatch, math, operator.valueDim(), (query, inputs, outputs) -> {
            for (int head = 0; head < operator.heads(); head++) {
                double[] weights = new double[math.keys(query)];
                for (int key = 0; key < weights.length; key++) {
                    long slot = head * slots + math.slot(query, key);
                    weights[key] = inputs.get(0).get(query.row(), query.token(), slot);
                }
                if (operator.normalization() == Normalization.SOFTMAX) {
                    ReferenceMath.softmax(weights);
                }
                int dim = operator.valueDim();
                math.mix(query, head, weights, inputs.get(1), last(inputs, 2), dim, outputs.get(0));
            }
        });
    }

    private static float[] bias(NeighborhoodOperator operator, Parameters parameters) {
        return operator.parameters().isEmpty()
                ? new float[0]
                : parameters.require(operator.parameters().get(0));
    }

    /** The tensor at a place that only operators with additional keys have. */
    private static Optional<TokenRows> last(List<TokenRows> inputs, int place) {
        return inputs.size() > place ? Optional.of(inputs.get(place)) : Optional.empty();
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
        List<TokenRows> inputs = TokenRows.of(tensors.inputs(), operator.inputs());
        List<TokenRows> outputs = TokenRows.of(tensors.outputs(), operator.outputs());
        ((HostLane) lane)
                .forEach(batch * operator.tokens(), (thread, part) -> work.compute(math.query(part), inputs, outputs));
    }

    @Override
    public void close() {}
}
