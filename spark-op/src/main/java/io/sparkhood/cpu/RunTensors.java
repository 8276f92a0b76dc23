package io.sparkhood.cpu;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.operator.NeighborhoodAggregateOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.NeighborhoodScoresOperator;
import java.util.List;

/**
 * The tensors of a run by what they are to a pass; a pass that has no use for one finds an empty list.
 *
 * @param query the queries
 * @param keys keys, additional keys
 * @param values values, additional values
 * @param weights scores or weights by slot
 * @param outputs outputs, logSumExp
 */
record RunTensors(
        List<HeadRows> query,
        List<HeadRows> keys,
        List<HeadRows> values,
        List<HeadRows> weights,
        List<HeadRows> outputs) {
    static final RunTensors NONE = new RunTensors(List.of(), List.of(), List.of(), List.of(), List.of());

    /** Those of an operator; weights only if they are one of its own. */
    static RunTensors of(NeighborhoodOperator operator, BoundTensors tensors) {
        List<HeadRows> inputs = HeadRows.of(tensors.inputs(), operator.inputs());
        List<HeadRows> outputs = HeadRows.of(tensors.outputs(), operator.outputs());
        if (operator instanceof NeighborhoodScoresOperator) {
            List<HeadRows> keys = inputs.subList(1, inputs.size());
            return new RunTensors(inputs.subList(0, 1), keys, List.of(), outputs, List.of());
        }
        if (operator instanceof NeighborhoodAggregateOperator) {
            List<HeadRows> values = inputs.subList(1, inputs.size());
            return new RunTensors(List.of(), List.of(), values, inputs.subList(0, 1), outputs);
        }
        boolean additional = inputs.size() > 3; // query, key, value, additionalKeys, additionalValues
        return new RunTensors(
                inputs.subList(0, 1),
                additional ? List.of(inputs.get(1), inputs.get(3)) : inputs.subList(1, 2),
                additional ? List.of(inputs.get(2), inputs.get(4)) : inputs.subList(2, 3),
                List.of(),
                outputs);
    }

    /** With scores or weights between the halves of attention. */
    RunTensors with(HeadRows weights) {
        return new RunTensors(query, keys, values, List.of(weights), outputs);
    }

    /** What the first half of attention reads and writes. */
    RunTensors ofScores() {
        return new RunTensors(query, keys, List.of(), weights, List.of());
    }

    /** What the second half reads and writes. */
    RunTensors ofMix() {
        return new RunTensors(List.of(), List.of(), values, weights, outputs);
    }
}
