package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AttentionMapTest {
    private static final NeighborhoodAttentionOperator OPERATOR = NeighborhoodAttentionOperator.on(4, 5)
            .kernelSize(3, 3)
            .headDim(1)
            .scale(1)
            .build();
    private static final FeatureMap ZERO = FeatureMap.of(new float[20], 1, 4, 5);

    @Test
    void equalScoresShareTheWeight() {
        AttentionMap map = AttentionMap.of(OPERATOR, ZERO, ZERO, 1, 1);
        assertThat(map.visibleKeys()).isEqualTo(9);
        assertThat(map.effectiveKeys()).isCloseTo(9, within(1e-9));
        assertThat(map.weights().at(0, 0, 2)).isCloseTo(1 / 9f, within(1e-7f));
        assertThat(map.weights().at(0, 0, 3)).isZero();
        assertThat(map.mean(FeatureMap.of(positions(), 1, 4, 5))[0]).isCloseTo(6, within(1e-9)); // of its own token
    }

    @Test
    void aLargeScoreTakesAll() {
        float[] keys = new float[20];
        keys[7] = 1000;
        float[] ones = new float[20];
        Arrays.fill(ones, 1);
        AttentionMap map = AttentionMap.of(OPERATOR, FeatureMap.of(ones, 1, 4, 5), FeatureMap.of(keys, 1, 4, 5), 1, 1);
        assertThat(map.weights().at(0, 1, 2)).isEqualTo(1);
        assertThat(map.effectiveKeys()).isCloseTo(1, within(1e-9));
    }

    @Test
    void paintsTheWindowOverAPalePhotograph() {
        BufferedImage image = AttentionMap.of(OPERATOR, ZERO, ZERO, 1, 1).over(ZERO);
        assertThat(image.getRGB(1, 1) & 0xffffff).as("query").isEqualTo(0xd55e00);
        assertThat(image.getRGB(2, 0) & 0xffffff).as("largest weight").isEqualTo(0xfee838);
        assertThat(image.getRGB(4, 3) & 0xffffff).as("black, half way to white").isEqualTo(0x808080);
    }

    @Test
    void refusesMapsOfOtherSizes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AttentionMap.of(OPERATOR, ZERO, FeatureMap.of(new float[40], 2, 4, 5), 0, 0))
                .withMessage("key must be [4, 5] of dim 1 as the operator has it, but is [4, 5] of dim 2");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> AttentionMap.of(OPERATOR, ZERO, ZERO, 0, 0).over(FeatureMap.of(new float[20], 1, 5, 4)))
                .withMessage(
                        "the photograph must have the extents of the attention map, [4, 5], but is [5, 4] of dim 1");
    }

    private static float[] positions() {
        float[] positions = new float[20];
        for (int i = 0; i < 20; i++) {
            positions[i] = i;
        }
        return positions;
    }
}
