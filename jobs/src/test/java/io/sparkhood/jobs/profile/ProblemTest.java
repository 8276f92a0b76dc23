package io.sparkhood.jobs.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemTest {
    private static final Problem PROBLEM = Problem.of(
            3,
            NeighborhoodAttentionOperator.on(5, 7)
                    .kernelSize(3, 2)
                    .dilation(1, 3)
                    .causalAxes(0)
                    .heads(4)
                    .keyValueHeads(2)
                    .headDim(6)
                    .valueDim(5)
                    .additionalTokens(2)
                    .relativePositionBias(true)
                    .build());

    @Test
    void countsWhatTheDefinitionAsksFor() {
        long pairs = 0;
        for (int query = 0; query < 35; query++) {
            for (int key = 0; key < 35; key++) {
                pairs += sees(0, query / 7, key / 7) && sees(1, query % 7, key % 7) ? 1 : 0;
            }
            pairs += 2;
        }
        assertThat(PROBLEM.flop()).isEqualTo(2.0 * 11 * 4 * 3 * pairs);
        assertThat(PROBLEM.fullPairs()).isEqualTo(35 * 37);
        assertThat(PROBLEM.flopBound()).isEqualTo(35.0 * 37 / pairs);
        assertThat(PROBLEM.tileBound(2 * pairs)).isEqualTo(35.0 * 37 / (2 * pairs));
    }

    private static boolean sees(int axis, int query, int key) {
        AxisWindow window = PROBLEM.operator().window(axis);
        int away = key - window.first(query);
        return away >= 0 && away % window.dilation() == 0 && away / window.dilation() < window.count(query);
    }

    @Test
    void movesEveryTensorOnce() {
        long row = 35 * (4 * 6 + 2 * 6 + 2 * 5 + 4 * 5) + 2 * (2 * 6 + 2 * 5);
        assertThat(PROBLEM.bytesMoved()).isEqualTo(4 * (3 * row + 4 * 5 * 3));
    }

    @Test
    void itsNameSaysWhatIsNotTheDefault() {
        assertThat(PROBLEM.name()).isEqualTo("3 x 5x7 h4 d6 3x2 dilation 1x3 causal 0 kv2 v5 +2 bias");
        assertThat(StandardProblems.all(DType.BFLOAT16).get(3).sizes()).isEqualTo("64 x 7x7 h16 d32 7x7 bfloat16");
    }

    @Test
    void aPartOfFullAttentionIsScaledByPairs() {
        FullAttention whole = FullAttention.of(PROBLEM, 1.5);
        assertThat(whole.whole()).isTrue();
        assertThat(whole.part().flopBound()).isEqualTo(1);
        assertThat(whole.part().batch()).isEqualTo(3);
        assertThat(part(0.7)).isEqualTo("2 x 5x7 h4 d6 5x7 kv2 v5 +2 bias");
        assertThat(part(0.2)).isEqualTo("1 x 5x7 h2 d6 5x7 kv1 v5 +2 bias");
        assertThat(part(0.05)).isEqualTo("1 x 5x3 h2 d6 5x3 kv1 v5 +2 bias");
        assertThat(FullAttention.of(PROBLEM, 0.05).factor()).isCloseTo(3 * 4 * 35 * 37 / (2.0 * 15 * 17), within(1e-9));
    }

    private static String part(double share) {
        return FullAttention.of(PROBLEM, share).part().sizes();
    }

    @Test
    void sweepsFromThreeToWhatTheMapHolds() {
        Problem nat1 = StandardProblems.named(List.of("nat1"), DType.FLOAT32).get(0);
        assertThat(Sweep.kernelSizes(nat1).keySet()).containsExactly(3, 5, 7, 11, 17, 25, 37, 55, 56);
        assertThat(Sweep.batches(nat1).keySet()).containsExactly(1, 2, 4, 8, 16);
        Problem video = StandardProblems.named(List.of("video"), DType.FLOAT32).get(0);
        assertThat(Sweep.kernelSizes(video).values())
                .extracting(problem -> problem.operator().neighborhood().kernelSize())
                .contains(List.of(1, 3, 3), List.of(3, 7, 7), List.of(8, 28, 28));
        assertThat(Sweep.kernelSizes(PROBLEM).keySet()).containsExactly(3, 5);
    }
}
