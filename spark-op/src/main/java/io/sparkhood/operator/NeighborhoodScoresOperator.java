package io.sparkhood.operator;

import java.util.ArrayList;
import java.util.List;

/**
 * The scores of neighborhood attention as a tensor of their own, so that they can be looked at, masked or replaced before
 * {@link NeighborhoodAggregateOperator} weighs values with them. The first half of {@link NeighborhoodAttentionOperator}.
 *
 * <pre>
 * scores[i, slot] = scale * query[i] . key[j] + relativePositionBias[head, j - i]     j the key of the slot
 * scores[i, slot] = -infinity                                                         the slot has no key
 * </pre>
 *
 * <p>Slots are those of {@link #slots()}: the window row-major, slot t of an axis being the key at {@code first + t x dilation},
 * then the additional keys. Only causal axes have slots without a key.
 *
 * <p>Shapes of one row, row-major: query {@code [*featureMap, heads, headDim]}, key {@code [*featureMap, keyValueHeads,
 * headDim]}, additionalKeys {@code [additionalTokens, keyValueHeads, headDim]}, scores {@code [*featureMap, heads, slots]}. The
 * shared relativePositionBias is that of {@link NeighborhoodAttentionOperator}. Scores are float32 whatever the dtype: rounded
 * to 16 bits a score of 10 would be wrong by up to 0.03, and its weight by 3 percent, while attention in one piece rounds only
 * what it reads and writes.
 *
 * <p>Paper: Hassani, Hwu, Shi, "Faster Neighborhood Attention: Reducing the O(n^2) Cost of Self Attention at the Threadblock
 * Level" (2024), where it is the operation PN.
 *
 * @param featureMap extents of the token grid, 1 to 3 axes
 * @param neighborhood which keys a query sees
 * @param heads query heads
 * @param keyValueHeads key heads; divides heads
 * @param headDim elements of a query or key per head
 * @param scale any finite factor of the scores, 0 included
 * @param additionalTokens additional keys seen by every query, 0 for none
 * @param relativePositionBias whether there is a bias parameter
 * @param dtype element type of every input
 */
public record NeighborhoodScoresOperator(
        List<Integer> featureMap,
        Neighborhood neighborhood,
        int heads,
        int keyValueHeads,
        int headDim,
        double scale,
        int additionalTokens,
        boolean relativePositionBias,
        DType dtype)
        implements NeighborhoodOperator {

    public NeighborhoodScoresOperator {
        featureMap = List.copyOf(featureMap);
        OperatorRules.requireFit(featureMap, neighborhood);
        OperatorRules.requireHeads(heads, keyValueHeads);
        OperatorRules.requirePositive("headDim", headDim);
        OperatorRules.requireFinite(scale);
        OperatorRules.requireAdditionalTokens(additionalTokens);
        OperatorRules.requireCountableSlots(featureMap, neighborhood, heads, headDim, additionalTokens, "headDim");
    }

    @Override
    public List<Port> inputs() {
        OperatorPorts ports = new OperatorPorts(this);
        List<Port> inputs = new ArrayList<>();
        inputs.add(ports.onGrid("query", dtype, heads, headDim));
        inputs.add(ports.onGrid("key", dtype, keyValueHeads, headDim));
        inputs.addAll(ports.additional("additionalKeys", headDim));
        return List.copyOf(inputs);
    }

    @Override
    public List<Port> outputs() {
        return List.of(new OperatorPorts(this).slots("scores"));
    }

    @Override
    public List<Port> parameters() {
        return relativePositionBias ? List.of(new OperatorPorts(this).relativePositionBias()) : List.of();
    }
}
