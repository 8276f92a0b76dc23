package io.sparkhood.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.contract.GoldenCase;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.List;
import org.junit.jupiter.api.Test;

class NeighborhoodAttentionOperatorTest {
    private static Builder on(Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap);
    }

    @Test
    void defaults() {
        NeighborhoodAttentionOperator operator =
                on(8, 9).heads(4).headDim(64).kernelSize(3).build();
        assertThat(operator.neighborhood()).isEqualTo(Neighborhood.of(3, 3));
        assertThat(operator.keyValueHeads()).isEqualTo(4);
        assertThat(operator.valueDim()).isEqualTo(64);
        assertThat(operator.scale()).isEqualTo(0.125);
        assertThat(operator.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(operator.tokens()).isEqualTo(72);
        assertThat(operator.visiblePairs()).isEqualTo(72 * 9);
    }

    @Test
    void portsHaveTheShapesOfOneRow() {
        NeighborhoodAttentionOperator operator = on(8, 9).heads(4)
                .keyValueHeads(2)
                .headDim(16)
                .valueDim(5)
                .kernelSize(3, 4)
                .additionalTokens(7)
                .relativePositionBias(true)
                .logSumExp(true)
                .dtype(DType.FLOAT16)
                .build();
        assertThat(operator.inputs())
                .containsExactly(
                        new Port("query", DType.FLOAT16, List.of(8, 9, 4, 16), 2, false),
                        new Port("key", DType.FLOAT16, List.of(8, 9, 2, 16), 2, false),
                        new Port("value", DType.FLOAT16, List.of(8, 9, 2, 5), 2, false),
                        new Port("additionalKeys", DType.FLOAT16, List.of(7, 2, 16), 1, false),
                        new Port("additionalValues", DType.FLOAT16, List.of(7, 2, 5), 1, false));
        assertThat(operator.outputs())
                .containsExactly(
                        new Port("output", DType.FLOAT16, List.of(8, 9, 4, 5), 2, false),
                        new Port("logSumExp", DType.FLOAT32, List.of(8, 9, 4), 2, false));
        assertThat(operator.parameters())
                .containsExactly(new Port("relativePositionBias", DType.FLOAT32, List.of(4, 5, 7), 0, false));
        assertThat(operator.inputs().get(0).tokens()).isEqualTo(72);
        assertThat(operator.rowBytes()).isEqualTo(2 * 72 * (64 + 32 + 10 + 20) + 2 * 7 * (32 + 10) + 4 * 72 * 4);
    }

    @Test
    void causalPairsAreFewer() {
        assertThat(on(4).kernelSize(3).causalAxes(0).build().visiblePairs()).isEqualTo(1 + 2 + 3 + 3);
        assertThat(on(4).kernelSize(3).causalAxes(0).additionalTokens(2).build().visiblePairs())
                .isEqualTo(9 + 8);
    }

    @Test
    void countsTheVisiblePairsOfTheGoldenData() {
        for (GoldenCase golden : GoldenCase.all()) {
            NeighborhoodAttentionOperator operator = golden.example().operator();
            long additional = operator.tokens() * operator.additionalTokens(); // the golden data count the grid only
            assertThat(operator.visiblePairs() - additional)
                    .as(golden.toString())
                    .isEqualTo(golden.visiblePairs());
        }
    }

    @Test
    void messagesNameRuleAxisAndNumbers() {
        refused(
                on(56, 28).kernelSize(7).dilation(5),
                "kernelSize × dilation must not exceed the feature map: on axis 1, 7 × 5 = 35 > 28 (featureMap=[56, 28], "
                        + "kernelSize=[7, 7], dilation=[5, 5]); choose a smaller kernelSize or dilation on that axis");
        refused(
                on(65536).kernelSize(65536).dilation(65536),
                "kernelSize × dilation must not exceed the feature map: on axis 0, 65536 × 65536 = 4294967296 > 65536 "
                        + "(featureMap=[65536], kernelSize=[65536], dilation=[65536]); choose a smaller kernelSize or "
                        + "dilation on that axis");
        refused(
                on(8, 8).kernelSize(3).stride(1, 4),
                "stride must not exceed kernelSize: on axis 1, 4 > 3 (stride=[1, 4], kernelSize=[3, 3]); a larger stride "
                        + "would leave keys that no query sees");
        refused(on(8, 8).kernelSize(3, 0), "kernelSize must be at least 1: on axis 1, 0 (kernelSize=[3, 0])");
        refused(on(8, 8).kernelSize(3).stride(0), "stride must be at least 1: on axis 0, 0 (stride=[0, 0])");
        refused(
                on(8, 8).kernelSize(3).dilation(1, -1),
                "dilation must be at least 1: on axis 1, -1 (dilation=[1, -1])");
        refused(
                on(8, 8).kernelSize(3, 3, 3),
                "stride must have one value per axis: 2 values for 3 axes (stride=[1, 1], kernelSize=[3, 3, 3])");
        refused(
                on(8).kernelSize(3).causalAxes(1),
                "causalAxes must name axes of the feature map, 0 to 0, but names 1 (causalAxes=[1], featureMap=[8])");
        refused(on(8), "kernelSize is required");
        refused(
                on(2, 2, 2, 2).kernelSize(1),
                "kernelSize must have 1, 2 or 3 axes, but has 4 (kernelSize=[1, 1, 1, 1])");
        refused(
                on(8, 0).kernelSize(1),
                "featureMap must be at least 1 on every axis: on axis 1, 0 (featureMap=[8, 0])");
        refused(
                on(8).kernelSize(3).heads(6).keyValueHeads(4),
                "keyValueHeads must divide heads: 6 % 4 = 2 (heads=6, keyValueHeads=4)");
        refused(
                on(8).kernelSize(3).heads(2).keyValueHeads(4),
                "keyValueHeads must divide heads: 2 % 4 = 2 (heads=2, keyValueHeads=4)");
        refused(on(8).kernelSize(3).heads(0), "heads must be at least 1, but is 0");
        refused(on(8).kernelSize(3).keyValueHeads(0), "keyValueHeads must be at least 1, but is 0");
        refused(on(8).kernelSize(3).headDim(0), "headDim must be at least 1, but is 0");
        refused(on(8).kernelSize(3).valueDim(0), "valueDim must be at least 1, but is 0");
        refused(on(8).kernelSize(3).scale(Double.NaN), "scale must be finite, but is NaN");
        refused(on(8).kernelSize(3).additionalTokens(-1), "additionalTokens must not be negative, but is -1");
        refused(
                on(2000000000, 2000000000, 2000000000).kernelSize(3),
                "one row has more elements than a 64-bit number counts (featureMap=[2000000000, 2000000000, 2000000000], "
                        + "heads=1, headDim=32, valueDim=32, additionalTokens=0)");
        assertThatThrownBy(() -> new NeighborhoodAttentionOperator(
                        List.of(8, 8), Neighborhood.of(3), 1, 1, 1, 1, 1, 0, false, false, DType.FLOAT32))
                .hasMessage("featureMap and kernelSize must have the same number of axes: 2 and 1 (featureMap=[8, 8], "
                        + "kernelSize=[3])");
    }

    private static void refused(Builder builder, String message) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
