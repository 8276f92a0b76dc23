package io.sparkhood.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class NeighborhoodScoresOperatorTest {
    private static final Neighborhood WINDOW = Neighborhood.of(3, 4);

    @Test
    void portsHaveTheShapesOfOneRow() {
        NeighborhoodScoresOperator operator = NeighborhoodAttentionOperator.on(8, 9)
                .heads(4)
                .keyValueHeads(2)
                .headDim(16)
                .valueDim(5)
                .kernelSize(3, 4)
                .additionalTokens(7)
                .relativePositionBias(true)
                .logSumExp(true)
                .dtype(DType.BFLOAT16)
                .build()
                .scores();
        assertThat(operator)
                .isEqualTo(
                        new NeighborhoodScoresOperator(List.of(8, 9), WINDOW, 4, 2, 16, 0.25, 7, true, DType.BFLOAT16));
        assertThat(operator.inputs())
                .containsExactly(
                        new Port("query", DType.BFLOAT16, List.of(8, 9, 4, 16), 2, false),
                        new Port("key", DType.BFLOAT16, List.of(8, 9, 2, 16), 2, false),
                        new Port("additionalKeys", DType.BFLOAT16, List.of(7, 2, 16), 1, false));
        assertThat(operator.outputs())
                .containsExactly(new Port("scores", DType.FLOAT32, List.of(8, 9, 4, 3 * 4 + 7), 2, false));
        assertThat(operator.parameters())
                .containsExactly(new Port("relativePositionBias", DType.FLOAT32, List.of(4, 5, 7), 0, false));
        assertThat(operator.slots()).isEqualTo(19);
        assertThat(operator.visiblePairs()).isEqualTo(72 * 19);
        NeighborhoodScoresOperator plain =
                NeighborhoodAttentionOperator.on(8).kernelSize(3).build().scores();
        assertThat(plain.inputs()).hasSize(2);
        assertThat(plain.parameters()).isEmpty();
    }

    @Test
    void messagesNameRuleAxisAndNumbers() {
        refused(
                () -> scores(List.of(8), WINDOW, 1, 1, 1, 1, 0),
                "featureMap and kernelSize must have the same number of axes: 1 and 2 (featureMap=[8], kernelSize=[3, 4])");
        refused(
                () -> scores(List.of(8, 3), WINDOW, 1, 1, 1, 1, 0),
                "kernelSize × dilation must not exceed the feature map: on axis 1, 4 × 1 = 4 > 3 (featureMap=[8, 3], "
                        + "kernelSize=[3, 4], dilation=[1, 1]); choose a smaller kernelSize or dilation on that axis");
        refused(
                () -> scores(List.of(8, 8), WINDOW, 3, 2, 1, 1, 0),
                "keyValueHeads must divide heads: 3 % 2 = 1 (heads=3, keyValueHeads=2)");
        refused(() -> scores(List.of(8, 8), WINDOW, 0, 1, 1, 1, 0), "heads must be at least 1, but is 0");
        refused(() -> scores(List.of(8, 8), WINDOW, 1, 1, 0, 1, 0), "headDim must be at least 1, but is 0");
        refused(
                () -> scores(List.of(8, 8), WINDOW, 1, 1, 1, Double.NEGATIVE_INFINITY, 0),
                "scale must be finite, but is -Infinity");
        refused(
                () -> scores(List.of(8, 8), WINDOW, 1, 1, 1, 1, -2),
                "additionalTokens must not be negative, but is -2");
        refused(
                () -> scores(List.of(2000000000, 2000000000, 3), Neighborhood.of(1, 1, 1), 1, 1, 5, 1, 0),
                "one row has more elements than a 64-bit number counts (featureMap=[2000000000, 2000000000, 3], heads=1, "
                        + "kernelSize=[1, 1, 1], headDim=5, additionalTokens=0)");
        refused(
                () -> scores(List.of(65536, 65536), Neighborhood.of(65536, 65535), 1, 1, 1, 1, 6),
                "a query must have at most 2147483647 slots, the product of kernelSize and one per additional key, but has "
                        + "4294901766 (featureMap=[65536, 65536], heads=1, kernelSize=[65536, 65535], headDim=1, "
                        + "additionalTokens=6); choose a smaller kernelSize, or attention in one piece, which keeps no "
                        + "scores");
        refused(
                () -> scores(List.of(1000000, 1000000), Neighborhood.of(30000, 30000), 1, 1, 1, 1, 0),
                "one row has more elements than a 64-bit number counts (featureMap=[1000000, 1000000], heads=1, "
                        + "kernelSize=[30000, 30000], headDim=1, additionalTokens=0)");
    }

    private static NeighborhoodScoresOperator scores(
            List<Integer> featureMap,
            Neighborhood neighborhood,
            int heads,
            int keyValueHeads,
            int headDim,
            double scale,
            int additionalTokens) {
        return new NeighborhoodScoresOperator(
                featureMap, neighborhood, heads, keyValueHeads, headDim, scale, additionalTokens, false, DType.FLOAT32);
    }

    private static void refused(ThrowingCallable made, String message) {
        assertThatThrownBy(made).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
