package io.sparkhood.ml;

import static io.sparkhood.operator.NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS;

import io.sparkhood.backend.Parameters;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import io.sparkhood.operator.Operator;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The params of a stage that shape its operator, as plain values that travel to the executors.
 *
 * @param featureMap empty: from each row's shape
 * @param heads null: from each row's shape
 * @param keyValueHeads null: from each row's shape, else heads
 * @param scale null: headDim^-1/2
 * @param relativePositionBias null: none; per head, flattened row-major
 */
record AttentionParams(
        List<Integer> featureMap,
        @Nullable Integer heads,
        @Nullable Integer keyValueHeads,
        int[] kernelSize,
        int[] stride,
        int[] dilation,
        int[] causalAxes,
        @Nullable Double scale,
        double @Nullable [][] relativePositionBias,
        boolean logSumExp)
        implements Serializable {
    AttentionParams {
        featureMap = List.copyOf(featureMap);
    }

    /** An operator on this grid with everything that the params decide. */
    Builder builder(List<Integer> grid) {
        Builder builder = NeighborhoodAttentionOperator.on(grid.toArray(Integer[]::new))
                .kernelSize(kernelSize)
                .stride(stride)
                .dilation(dilation)
                .causalAxes(causalAxes)
                .relativePositionBias(relativePositionBias != null)
                .logSumExp(logSumExp);
        if (scale != null) {
            builder.scale(scale);
        }
        return builder;
    }

    /** The parameters of an operator that these made. */
    Parameters parameters(Operator operator) {
        return operator.parameters().isEmpty() ? Parameters.NONE : Parameters.of(RELATIVE_POSITION_BIAS, flatBias());
    }

    /** The bias of all heads one after the other, float32. */
    private float[] flatBias() {
        double[][] bias = relativePositionBias == null ? new double[0][] : relativePositionBias;
        double[] flat = Arrays.stream(bias).flatMapToDouble(Arrays::stream).toArray();
        float[] rounded = new float[flat.length];
        for (int i = 0; i < flat.length; i++) {
            rounded[i] = (float) flat[i];
        }
        return rounded;
    }

    /**
     * Checks the bias against the heads and the kernelSize of a row.
     *
     * @throws IllegalArgumentException naming the numbers
     */
    void requireBias(NeighborhoodAttentionOperator operator) {
        if (relativePositionBias != null) {
            long perHead = operator.parameters().get(0).elements() / operator.heads();
            requireBias(operator.heads(), perHead);
        }
    }

    private void requireBias(int heads, long perHead) {
        double[][] bias = relativePositionBias == null ? new double[0][] : relativePositionBias;
        if (bias.length != heads) {
            throw new IllegalArgumentException(
                    "relativePositionBias must have one row per head, " + heads + ", but has " + bias.length);
        }
        for (int head = 0; head < heads; head++) {
            if (bias[head].length != perHead) {
                throw new IllegalArgumentException("relativePositionBias must have " + perHead
                        + " values per head, the product of 2 kernelSize - 1, but row " + head + " has "
                        + bias[head].length + " (kernelSize=" + Arrays.toString(kernelSize) + ")");
            }
        }
    }

    /**
     * Checks everything that the params decide without a row.
     *
     * @throws IllegalArgumentException naming rule, axis and numbers
     */
    void check() {
        List<Integer> grid = featureMap;
        if (grid.isEmpty()) {
            // rows bring their own grid; a smallest one stands in, so that the rules among the params are checked
            int rank = Math.max(Math.max(kernelSize.length, stride.length), dilation.length);
            for (int axis : causalAxes) {
                rank = Math.max(rank, axis + 1);
            }
            Integer[] smallest = new Integer[rank];
            for (int axis = 0; axis < rank; axis++) {
                long span = (long) at(kernelSize, axis) * at(dilation, axis);
                smallest[axis] = (int) Math.min(Integer.MAX_VALUE, Math.max(1, span));
            }
            grid = Arrays.asList(smallest);
        }
        Builder builder = builder(grid).headDim(1).relativePositionBias(false);
        if (heads != null) {
            builder.heads(heads).keyValueHeads(keyValueHeads != null ? keyValueHeads : heads);
        }
        builder.build();
        checkBias(grid.size());
    }

    private static int at(int[] perAxis, int axis) {
        return perAxis.length == 1 || axis >= perAxis.length ? perAxis[0] : perAxis[axis];
    }

    /** As far as heads and rank are known without a row. */
    private void checkBias(int rank) {
        if (relativePositionBias == null) {
            return;
        }
        boolean rankKnown = !featureMap.isEmpty() || kernelSize.length > 1;
        long perHead = rankKnown ? 1 : relativePositionBias[0].length;
        for (int axis = 0; rankKnown && axis < rank; axis++) {
            perHead *= 2L * at(kernelSize, axis) - 1;
        }
        requireBias(heads != null ? heads : relativePositionBias.length, perHead);
    }
}
