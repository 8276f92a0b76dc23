package io.sparkhood.jobs.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Implementation;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PaperRunTest {
    private static String measured(String backend, Problem... problems) {
        StringWriter text = new StringWriter();
        ProfileSettings settings = new ProfileSettings(
                List.of(problems),
                backend,
                Implementation.AUTO,
                1,
                OptionalLong.empty(),
                OptionalLong.empty(),
                1,
                0,
                Optional.empty(),
                Optional.empty());
        try (PrintWriter out = new PrintWriter(text)) {
            new PaperRun(settings, out, 0).measure();
        }
        return text.toString();
    }

    private static Problem problem(DType dtype, Integer... featureMap) {
        return Problem.of(
                1,
                NeighborhoodAttentionOperator.on(featureMap)
                        .kernelSize(3)
                        .dtype(dtype)
                        .build());
    }

    @Test
    void comparesTheImplementationsByRankAndType() {
        String range = "[+-]\\d+ / [+-]\\d+ / [+-]\\d+";
        String text =
                measured("cpu", problem(DType.FLOAT32, 40), problem(DType.FLOAT32, 50), problem(DType.FLOAT16, 6, 7));
        assertThat(text.lines().filter(line -> line.startsWith("| cpu")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches("\\| cpu \\| 1 \\| float32 \\| 2 \\| " + range
                                        + " \\| \\+874 / -31 / \\+3565 \\| " + range
                                        + " \\| \\+978 / \\+13 / \\+4419 \\|"),
                        line -> assertThat(line)
                                .matches("\\| cpu \\| 2 \\| float16 \\| 1 \\| " + range
                                        + " \\| \\+193 / -57 / \\+862 \\| " + range
                                        + " \\| \\+958 / 0 / \\+7169 \\|"));
    }

    @Test
    void aBackendThatRefusesSaysWhy() {
        assertThat(measured("reference", problem(DType.FLOAT32, 9)))
                .contains("| reference | 1 | float32 | 1 | – | +874 / -31 / +3565 | – | +978 / +13 / +4419 |")
                .contains("reference, naive: refuses: it has only the definition, not the naive implementation; choose"
                        + " implementation=auto, or backend=cpu")
                .contains("reference, fused: refuses: ");
    }

    @Test
    void improvementsAreInPercent() {
        Improvements improvements = new Improvements();
        assertThat(improvements).hasToString("–");
        improvements.add(1, 0.25);
        improvements.add(1, 2);
        assertThat(improvements).hasToString("+125 / -50 / +300");
    }

    @Test
    void theSweepHasEveryCombinationOnce() {
        List<Problem> all = PaperProblems.all();
        assertThat(all).hasSize(2 * 2 * 48).doesNotHaveDuplicates();
        assertThat(all.stream().filter(problem -> problem.operator().rank() == 1))
                .hasSize(96);
        assertThat(all).extracting(Problem::name).contains("1 x 56x56 h2 d64 13x13 dilation 2x2 causal 0+1 float16");
    }
}
