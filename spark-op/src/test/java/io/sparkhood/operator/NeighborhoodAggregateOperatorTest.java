package io.sparkhood.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class NeighborhoodAggregateOperatorTest {
    private static final Neighborhood WINDOW = Neighborhood.of(3, 4);

    @Test
    void portsHaveTheShapesOfOneRow() {
        NeighborhoodAggregateOperator operator = NeighborhoodAttentionOperator.on(8, 9)
                .heads(4)
                .keyValueHeads(2)
                .headDim(16)
                .valueDim(5)
                .kernelSize(3, 4)
                .additionalTokens(7)
                .relativePositionBias(true)
                .dtype(DType.FLOAT16)
                .build()
                .aggregate(Normalization.SOFTMAX);
        assertThat(operator)
                .isEqualTo(new NeighborhoodAggregateOperator(
                        List.of(8, 9), WINDOW, 4, 2, 5, 7, Normalization.SOFTMAX, DType.FLOAT16));
        assertThat(operator.inputs())
                .containsExactly(
                        new Port("weights", DType.FLOAT32, List.of(8, 9, 4, 3 * 4 + 7), 2, false),
                        new Port("value", DType.FLOAT16, List.of(8, 9, 2, 5), 2, false),
                        new Port("additionalValues", DType.FLOAT16, List.of(7, 2, 5), 1, false));
        assertThat(operator.outputs())
                .containsExactly(new Port("output", DType.FLOAT16, List.of(8, 9, 4, 5), 2, false));
        assertThat(operator.parameters()).isEmpty();
        assertThat(operator.visiblePairs()).isEqualTo(72 * 19);
    }

    @Test
    void normalizationsHaveNames() {
        assertThat(Normalization.names()).containsExactly("none", "softmax");
        assertThat(Normalization.of("softmax")).isEqualTo(Normalization.SOFTMAX);
        refused(() -> Normalization.of("sigmoid"), "normalization must be one of none, softmax, but is 'sigmoid'");
    }

    @Test
    void messagesNameRuleAxisAndNumbers() {
        refused(
                () -> aggregate(List.of(8), 1, 1, 1, 0),
                "featureMap and kernelSize must have the same number of axes: 1 and 2 (featureMap=[8], kernelSize=[3, 4])");
        refused(
                () -> aggregate(List.of(8, 8), 3, 2, 1, 0),
                "keyValueHeads must divide heads: 3 % 2 = 1 (heads=3, keyValueHeads=2)");
        refused(() -> aggregate(List.of(8, 8), 1, 1, 0, 0), "valueDim must be at least 1, but is 0");
        refused(() -> aggregate(List.of(8, 8), 1, 1, 1, -2), "additionalTokens must not be negative, but is -2");
        refused(
                () -> aggregate(List.of(2000000000, 2000000000), 1, 1, 5, 0),
                "one row has more elements than a 64-bit number counts (featureMap=[2000000000, 2000000000], heads=1, "
                        + "kernelSize=[3, 4], valueDim=5, additionalTokens=0)");
    }

    private static NeighborhoodAggregateOperator aggregate(
            List<Integer> featureMap, int heads, int keyValueHeads, int valueDim, int additionalTokens) {
        return new NeighborhoodAggregateOperator(
                featureMap,
                WINDOW,
                heads,
                keyValueHeads,
                valueDim,
                additionalTokens,
                Normalization.NONE,
                DType.FLOAT32);
    }

    private static void refused(ThrowingCallable made, String message) {
        assertThatThrownBy(made).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
