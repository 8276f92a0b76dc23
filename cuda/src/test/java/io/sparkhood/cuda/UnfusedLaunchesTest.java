package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.cuda.driver.Launch;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Normalization;
import org.junit.jupiter.api.Test;

class UnfusedLaunchesTest {
    private static final NeighborhoodAttentionOperator OPERATOR = NeighborhoodAttentionOperator.on(10, 11)
            .kernelSize(3)
            .heads(2)
            .headDim(24)
            .valueDim(5)
            .additionalTokens(1)
            .dtype(DType.BFLOAT16)
            .build(); // 220 queries of 10 slots

    @Test
    void attentionIsThreeLaunches() {
        UnfusedLaunches launches = UnfusedLaunches.naive(OPERATOR);
        assertThat(launches.launches(7))
                .containsExactly(
                        new Launch(18, 1, 7, 128, 0), new Launch(55, 1, 7, 128, 0), new Launch(9, 1, 7, 128, 0));
        assertThat(launches.describe())
                .isEqualTo("neighborhood_scores_naive_bfloat16, slot_softmax, neighborhood_aggregate_naive_bfloat16:"
                        + " 8800 bytes of attention weights per row");
        assertThat(launches.weightElements()).isEqualTo(2200);
        assertThat(launches.visitedPairs()).isEqualTo(110 * 9 + 110);
    }

    @Test
    void aHalfIsOne() {
        UnfusedLaunches scores = UnfusedLaunches.naive(OPERATOR.scores());
        assertThat(scores.launches(1)).containsExactly(new Launch(18, 1, 1, 128, 0));
        assertThat(scores.describe()).isEqualTo("neighborhood_scores_naive_bfloat16");
        assertThat(scores.weightElements()).isZero();
        UnfusedLaunches aggregate = UnfusedLaunches.naive(OPERATOR.aggregate(Normalization.SOFTMAX));
        assertThat(aggregate.launches(1)).containsExactly(new Launch(9, 1, 1, 128, 0));
        assertThat(aggregate.describe()).isEqualTo("neighborhood_aggregate_naive_bfloat16");
    }

    @Test
    void whatFloat32OrATableCannotHoldIsRefused() {
        assertThat(UnfusedLaunches.refuses(OPERATOR)).isEmpty();
        NeighborhoodAttentionOperator large =
                NeighborhoodAttentionOperator.on(9).kernelSize(3).scale(1e39).build();
        assertThat(UnfusedLaunches.refuses(large)).contains("scale 1.0E39 is beyond float32; use backend=reference");
        assertThat(UnfusedLaunches.refuses(large.scores()))
                .contains("scale 1.0E39 is beyond float32; use backend=reference");
        assertThat(UnfusedLaunches.refuses(large.aggregate(Normalization.NONE))).isEmpty();
        NeighborhoodAttentionOperator longAxis = NeighborhoodAttentionOperator.on(600_000_000)
                .kernelSize(1)
                .headDim(1)
                .build();
        assertThat(UnfusedLaunches.refuses(longAxis))
                .contains("the axes have 600000000 positions in sum, more than the 536870911 of a table of windows");
    }
}
