package io.sparkhood.operator;

import static io.sparkhood.operator.DType.FLOAT32;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Neighborhood attention, forward: every query attends to the keys of its neighborhood and to all additional keys, in one
 * softmax.
 *
 * <pre>
 * score(i, j) = scale * query[i] . key[j] + relativePositionBias[head, j - i]     j in the neighborhood of i, or additional
 * output[i]   = sum_j softmax(score(i, .))_j * value[j]
 * logSumExp[i] = ln sum_j exp(score(i, j))
 * </pre>
 *
 * <p>Shapes of one row, row-major: query {@code [*featureMap, heads, headDim]}, key {@code [*featureMap, keyValueHeads,
 * headDim]}, value {@code [*featureMap, keyValueHeads, valueDim]}, additionalKeys {@code [additionalTokens, keyValueHeads,
 * headDim]}, additionalValues {@code [additionalTokens, keyValueHeads, valueDim]}, output {@code [*featureMap, heads,
 * valueDim]}, logSumExp {@code [*featureMap, heads]} float32. Query head h reads key/value head
 * {@code h / (heads / keyValueHeads)}. The shared relativePositionBias is float32 {@code [heads, *(2 kernelSize - 1)]}; on each
 * axis its index is {@code j/dilation - i/dilation + kernelSize - 1}; additional keys have no bias.
 *
 * <p>A number that is not finite reaches the outputs of the queries that see it, and no others.
 *
 * <p>Paper: Hassani, Hwu, Shi, "Faster Neighborhood Attention: Reducing the O(n^2) Cost of Self Attention at the Threadblock
 * Level" (2024).
 *
 * @param featureMap extents of the token grid, 1 to 3 axes
 * @param neighborhood which keys a query sees
 * @param heads query heads
 * @param keyValueHeads key and value heads; divides heads
 * @param headDim elements of a query or key per head
 * @param valueDim elements of a value per head
 * @param scale any finite factor of the scores, 0 included
 * @param additionalTokens additional keys and values seen by every query, 0 for none
 * @param relativePositionBias whether there is a bias parameter
 * @param logSumExp whether logSumExp is an output
 * @param dtype element type of every input and of output
 */
public record NeighborhoodAttentionOperator(
        List<Integer> featureMap,
        Neighborhood neighborhood,
        int heads,
        int keyValueHeads,
        int headDim,
        int valueDim,
        double scale,
        int additionalTokens,
        boolean relativePositionBias,
        boolean logSumExp,
        DType dtype)
        implements NeighborhoodOperator {

    /** Name of the shared bias parameter. */
    public static final String RELATIVE_POSITION_BIAS = "relativePositionBias";

    public NeighborhoodAttentionOperator {
        featureMap = List.copyOf(featureMap);
        OperatorRules.requireFit(featureMap, neighborhood);
        OperatorRules.requireHeads(heads, keyValueHeads);
        OperatorRules.requirePositive("headDim", headDim);
        OperatorRules.requirePositive("valueDim", valueDim);
        OperatorRules.requireFinite(scale);
        OperatorRules.requireAdditionalTokens(additionalTokens);
        OperatorRules.requireCountable(
                featureMap,
                additionalTokens,
                heads,
                headDim + (long) valueDim,
                "featureMap=" + featureMap + ", heads=" + heads + ", headDim=" + headDim + ", valueDim=" + valueDim
                        + ", additionalTokens=" + additionalTokens);
    }

    /** Starts an operator on a token grid of these extents, float32, with the defaults of {@link Builder}. */
    public static Builder on(Integer... featureMap) {
        return new Builder(List.of(featureMap));
    }

    /**
     * The first half of this operator, its scores as a tensor of their own.
     *
     * @throws IllegalArgumentException if a row of the scores is too large to be counted
     */
    public NeighborhoodScoresOperator scores() {
        return new NeighborhoodScoresOperator(
                featureMap,
                neighborhood,
                heads,
                keyValueHeads,
                headDim,
                scale,
                additionalTokens,
                relativePositionBias,
                dtype);
    }

    /**
     * The second half of this operator: what mixes the values with weights that are given. With {@link Normalization#SOFTMAX}
     * it makes this operator's output of the output of {@link #scores()}.
     *
     * @throws IllegalArgumentException if a row of the weights is too large to be counted
     */
    public NeighborhoodAggregateOperator aggregate(Normalization normalization) {
        return new NeighborhoodAggregateOperator(
                featureMap, neighborhood, heads, keyValueHeads, valueDim, additionalTokens, normalization, dtype);
    }

    @Override
    public List<Port> inputs() {
        OperatorPorts ports = new OperatorPorts(this);
        List<Port> inputs = new ArrayList<>();
        inputs.add(ports.onGrid("query", dtype, heads, headDim));
        inputs.add(ports.onGrid("key", dtype, keyValueHeads, headDim));
        inputs.add(ports.onGrid("value", dtype, keyValueHeads, valueDim));
        inputs.addAll(ports.additional("additionalKeys", headDim));
        inputs.addAll(ports.additional("additionalValues", valueDim));
        return List.copyOf(inputs);
    }

    @Override
    public List<Port> outputs() {
        OperatorPorts ports = new OperatorPorts(this);
        Port output = ports.onGrid("output", dtype, heads, valueDim);
        return logSumExp ? List.of(output, ports.onGrid("logSumExp", FLOAT32, heads)) : List.of(output);
    }

    @Override
    public List<Port> parameters() {
        return relativePositionBias ? List.of(new OperatorPorts(this).relativePositionBias()) : List.of();
    }

    /**
     * Collects the components of an operator. Defaults: one head of {@code headDim} 32, keyValueHeads = heads, valueDim =
     * headDim, stride and dilation 1, no causal axis, scale headDim^-1/2, float32, no additional tokens, no bias, no
     * logSumExp. Lists of one value stand for all axes.
     */
    public static final class Builder {
        private final List<Integer> featureMap;
        private List<Integer> kernelSize = List.of();
        private List<Integer> stride = List.of(1);
        private List<Integer> dilation = List.of(1);
        private List<Integer> causalAxes = List.of();
        private int heads = 1;
        private OptionalInt keyValueHeads = OptionalInt.empty();
        private int headDim = 32;
        private OptionalInt valueDim = OptionalInt.empty();
        private OptionalDouble scale = OptionalDouble.empty();
        private int additionalTokens;
        private boolean relativePositionBias;
        private boolean logSumExp;
        private DType dtype = FLOAT32;

        private Builder(List<Integer> featureMap) {
            this.featureMap = featureMap;
        }

        /** Keys per query. Required. */
        public Builder kernelSize(int... kernelSize) {
            this.kernelSize = boxed(kernelSize);
            return this;
        }

        /** Queries that share one window. */
        public Builder stride(int... stride) {
            this.stride = boxed(stride);
            return this;
        }

        /** Distance between neighbouring keys. */
        public Builder dilation(int... dilation) {
            this.dilation = boxed(dilation);
            return this;
        }

        /** Axes, counted from 0, on which a query sees no key after itself. */
        public Builder causalAxes(int... causalAxes) {
            this.causalAxes = boxed(causalAxes);
            return this;
        }

        /** Query heads. */
        public Builder heads(int heads) {
            this.heads = heads;
            return this;
        }

        /** Key and value heads; a divisor of heads. */
        public Builder keyValueHeads(int keyValueHeads) {
            this.keyValueHeads = OptionalInt.of(keyValueHeads);
            return this;
        }

        /** Elements of a query or key per head. */
        public Builder headDim(int headDim) {
            this.headDim = headDim;
            return this;
        }

        /** Elements of a value per head. */
        public Builder valueDim(int valueDim) {
            this.valueDim = OptionalInt.of(valueDim);
            return this;
        }

        /** Factor of the scores. */
        public Builder scale(double scale) {
            this.scale = OptionalDouble.of(scale);
            return this;
        }

        /** Additional keys and values that every query sees. */
        public Builder additionalTokens(int additionalTokens) {
            this.additionalTokens = additionalTokens;
            return this;
        }

        /** Asks for the shared bias parameter. */
        public Builder relativePositionBias(boolean present) {
            this.relativePositionBias = present;
            return this;
        }

        /** Asks for the logSumExp output. */
        public Builder logSumExp(boolean present) {
            this.logSumExp = present;
            return this;
        }

        /** Element type of every input and of output. */
        public Builder dtype(DType dtype) {
            this.dtype = dtype;
            return this;
        }

        /**
         * Checks the components against each other.
         *
         * @throws IllegalArgumentException with the rule, the axis and the numbers
         */
        public NeighborhoodAttentionOperator build() {
            int rank = featureMap.size();
            if (kernelSize.isEmpty()) {
                throw new IllegalArgumentException("kernelSize is required");
            }
            Neighborhood neighborhood = new Neighborhood(
                    perAxis(kernelSize, rank), perAxis(stride, rank), perAxis(dilation, rank), causal(rank));
            return new NeighborhoodAttentionOperator(
                    featureMap,
                    neighborhood,
                    heads,
                    keyValueHeads.orElse(heads),
                    headDim,
                    valueDim.orElse(headDim),
                    scale.orElse(1 / Math.sqrt(headDim)),
                    additionalTokens,
                    relativePositionBias,
                    logSumExp,
                    dtype);
        }

        private List<Boolean> causal(int rank) {
            List<Boolean> causal = new ArrayList<>(Collections.nCopies(rank, false));
            for (int axis : causalAxes) {
                if (axis < 0 || axis >= rank) {
                    throw new IllegalArgumentException(
                            "causalAxes must name axes of the feature map, 0 to " + (rank - 1) + ", but names " + axis
                                    + " (causalAxes=" + causalAxes + ", featureMap=" + featureMap + ")");
                }
                causal.set(axis, true);
            }
            return causal;
        }

        private static List<Integer> perAxis(List<Integer> values, int rank) {
            return values.size() == 1 ? Collections.nCopies(rank, values.get(0)) : values;
        }

        private static List<Integer> boxed(int[] values) {
            return Arrays.stream(values).boxed().toList();
        }
    }
}
