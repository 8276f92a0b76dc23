package io.sparkhood.operator;

import java.util.ArrayList;
import java.util.List;

/**
 * Values of a neighborhood, mixed with weights that are given. The second half of {@link NeighborhoodAttentionOperator}: with
 * {@link Normalization#SOFTMAX} it makes attention of the output of {@link NeighborhoodScoresOperator}.
 *
 * <pre>
 * output[i] = sum over the slots of i that have a key of weight(i, slot) * value[j]      j the key of the slot
 * weight(i, slot) = weights[i, slot]                       normalization none
 *                 = softmax(weights[i, .])[slot]           normalization softmax, over the slots that have a key
 * </pre>
 *
 * <p>Slots are those of {@link #slots()}: the window row-major, slot t of an axis being the value at {@code first + t x
 * dilation}, then the additional values. What lies in a slot without a key, as causal axes have, is not read: it may be
 * anything. A score of -infinity is a weight of 0; where all scores of a query are, its output is NaN.
 *
 * <p>Shapes of one row, row-major: weights {@code [*featureMap, heads, slots]} float32 whatever the dtype, as {@link
 * NeighborhoodScoresOperator} gives scores, value {@code [*featureMap, keyValueHeads, valueDim]}, additionalValues {@code
 * [additionalTokens, keyValueHeads, valueDim]}, output {@code [*featureMap, heads, valueDim]}.
 *
 * <p>Paper: Hassani, Hwu, Shi, "Faster Neighborhood Attention: Reducing the O(n^2) Cost of Self Attention at the Threadblock
 * Level" (2024), where it is the operation NN.
 *
 * @param featureMap extents of the token grid, 1 to 3 axes
 * @param neighborhood which values a query sees
 * @param heads query heads
 * @param keyValueHeads value heads; divides heads
 * @param valueDim elements of a value per head
 * @param additionalTokens additional values seen by every query, 0 for none
 * @param normalization what makes weights of what is given
 * @param dtype element type of value, additionalValues and output
 */
public record NeighborhoodAggregateOperator(
        List<Integer> featureMap,
        Neighborhood neighborhood,
        int heads,
        int keyValueHeads,
        int valueDim,
        int additionalTokens,
        Normalization normalization,
        DType dtype)
        implements NeighborhoodOperator {

    public NeighborhoodAggregateOperator {
        featureMap = List.copyOf(featureMap);
        OperatorRules.requireFit(featureMap, neighborhood);
        OperatorRules.requireHeads(heads, keyValueHeads);
        OperatorRules.requirePositive("valueDim", valueDim);
        OperatorRules.requireAdditionalTokens(additionalTokens);
        OperatorRules.requireCountableSlots(featureMap, neighborhood, heads, valueDim, additionalTokens, "valueDim");
    }

    @Override
    public List<Port> inputs() {
        OperatorPorts ports = new OperatorPorts(this);
        List<Port> inputs = new ArrayList<>();
        inputs.add(ports.slots("weights"));
        inputs.add(ports.onGrid("value", dtype, keyValueHeads, valueDim));
        inputs.addAll(ports.additional("additionalValues", valueDim));
        return List.copyOf(inputs);
    }

    @Override
    public List<Port> outputs() {
        return List.of(new OperatorPorts(this).onGrid("output", dtype, heads, valueDim));
    }

    @Override
    public List<Port> parameters() {
        return List.of();
    }
}
