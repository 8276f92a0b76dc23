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
                .isEqualTo("neighborhood_scores_naive_bfloat16, slot_softmax, neighborhood_aggregate_naive_bfloat16;"
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
    void matrixProductsTakeTilesOfOneHead() {
        UnfusedLaunches launches = UnfusedLaunches.gemm(OPERATOR);
        assertThat(launches.describe())
                .isEqualTo(
                        "neighborhood_scores_gemm_bfloat16, slot_softmax, neighborhood_aggregate_gemm_bfloat16_rounded:"
                                + " query tiles 1x2x32, key tiles 1x4x16; 8800 bytes of attention weights per row");
        assertThat(launches.launches(7))
                .containsExactly(
                        new Launch(5, 2, 7, 128, 32_768),
                        new Launch(55, 1, 7, 128, 0),
                        new Launch(5, 2, 7, 128, 16_384));
        assertThat(launches.visitedPairs())
                .as("every query tile meets a tile of the window and one of additional keys")
                .isEqualTo(5 * 2 * 64 * 64);
        NeighborhoodAttentionOperator wide = NeighborhoodAttentionOperator.on(10, 11)
                .kernelSize(3)
                .headDim(300)
                .build();
        assertThat(UnfusedLaunches.gemm(wide).launches(1))
                .as("10 chunks of 32 values")
                .element(2)
                .isEqualTo(new Launch(50, 1, 1, 128, 16_384));
    }

    @Test
    void givenWeightsAreNotRounded() {
        assertThat(UnfusedLaunches.gemm(OPERATOR.aggregate(Normalization.NONE)).describe())
                .isEqualTo("neighborhood_aggregate_gemm_bfloat16: query tiles 1x2x32, key tiles 1x4x16");
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
