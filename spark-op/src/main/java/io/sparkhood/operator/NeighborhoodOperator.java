package io.sparkhood.operator;

import java.util.List;

/** What the operators of neighborhood attention have in common: a token grid, and which keys each query sees on it. */
public sealed interface NeighborhoodOperator extends Operator
        permits NeighborhoodAttentionOperator, NeighborhoodScoresOperator, NeighborhoodAggregateOperator {
    /** Extents of the token grid, 1 to 3 axes. */
    List<Integer> featureMap();

    /** Which keys a query sees. */
    Neighborhood neighborhood();

    /** Query heads. */
    int heads();

    /** Key and value heads; divides heads. */
    int keyValueHeads();

    /** Keys and values seen by every query beside those of the grid, 0 for none. */
    int additionalTokens();

    /** Element type of queries, keys, values and outputs. */
    DType dtype();

    /** Number of axes: 1, 2 or 3. */
    default int rank() {
        return featureMap().size();
    }

    /** Positions of the token grid. */
    default long tokens() {
        long tokens = 1;
        for (int extent : featureMap()) {
            tokens *= extent;
        }
        return tokens;
    }

    /** The windows of one axis. */
    default AxisWindow window(int axis) {
        return new AxisWindow(
                featureMap().get(axis),
                neighborhood().kernelSize().get(axis),
                neighborhood().stride().get(axis),
                neighborhood().dilation().get(axis),
                neighborhood().causal().get(axis));
    }

    /**
     * Places of a query's scores or weights: one per offset of a full window, row-major, then one per additional key. On each
     * axis slot t is the key at {@code first + t x dilation}; on a causal axis, where a window may be cut, the last slots have
     * no key.
     */
    default long slots() {
        long slots = 1;
        for (int kernelSize : neighborhood().kernelSize()) {
            slots *= kernelSize;
        }
        return slots + additionalTokens();
    }

    /**
     * Scores or weights of one row, {@code [*featureMap, heads, slots]}.
     *
     * @throws ArithmeticException if they are more than a 64-bit number counts
     */
    default long slotElements() {
        return Math.multiplyExact(Math.multiplyExact(tokens(), heads()), slots());
    }

    /** Pairs of a query and a key that it sees, per head, additional keys included: what the arithmetic is proportional to. */
    default long visiblePairs() {
        long pairs = 1;
        for (int axis = 0; axis < rank(); axis++) {
            AxisWindow window = window(axis);
            long sum = 0;
            for (int position = 0; position < window.extent(); position++) {
                sum += window.count(position);
            }
            pairs = Math.multiplyExact(pairs, sum);
        }
        return Math.addExact(pairs, Math.multiplyExact(tokens(), additionalTokens()));
    }
}
