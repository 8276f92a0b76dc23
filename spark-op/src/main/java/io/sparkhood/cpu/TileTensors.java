package io.sparkhood.cpu;

import java.util.List;

/**
 * The tensors of a run by what they are to a pass over tiles; a pass that has no use for one finds an empty list.
 *
 * @param query the queries
 * @param keys keys, additional keys
 * @param values values, additional values
 * @param weights scores or weights by slot
 * @param outputs outputs, logSumExp
 */
record TileTensors(
        List<HeadRows> query,
        List<HeadRows> keys,
        List<HeadRows> values,
        List<HeadRows> weights,
        List<HeadRows> outputs) {
    static final TileTensors NONE = new TileTensors(List.of(), List.of(), List.of(), List.of(), List.of());

    /** Those of attention, whose inputs are query, key, value and perhaps additionalKeys, additionalValues. */
    static TileTensors ofAttention(List<HeadRows> inputs, List<HeadRows> weights, List<HeadRows> outputs) {
        boolean additional = inputs.size() > 3;
        return new TileTensors(
                inputs.subList(0, 1),
                additional ? List.of(inputs.get(1), inputs.get(3)) : inputs.subList(1, 2),
                additional ? List.of(inputs.get(2), inputs.get(4)) : inputs.subList(2, 3),
                weights,
                outputs);
    }

    /** What the first half of attention reads and writes. */
    TileTensors ofScores() {
        return new TileTensors(query, keys, List.of(), weights, List.of());
    }

    /** What the second half reads and writes. */
    TileTensors ofMix() {
        return new TileTensors(List.of(), List.of(), values, weights, outputs);
    }
}
