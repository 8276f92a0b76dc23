package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.cuda.MutationOracle.Verdict;
import io.sparkhood.cuda.PtxMutants.Mutant;
import io.sparkhood.operator.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small mistakes in a shipped entry point of each family, a sample of all, must be noticed. All mistakes in more entry points,
 * with what became of them: {@code measurements/mutation.md}.
 */
class MutationTest {
    private static final int EVERY = 15; // mutants of which one is tried
    private static final double LEAST_NOTICED = 0.8;

    private static EntryPointShape shape(Family family) {
        return EntryPointShape.of(family, DType.BFLOAT16, 32, false).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void everyMistakeInWaitingIsNoticed(Family family) {
        EntryPointShape shape = shape(family);
        MutationOracle oracle = MutationOracle.of(shape);
        // The stream's last wait, for all groups, finds only empty ones and is there for whoever changes the loop.
        String waits = "bar\\.sync|bar\\.warp\\.sync|cp\\.async\\.(commit|wait_group ["
                + (family == Family.HALO ? 0 : 1) + "-9])";
        List<Mutant> mutants = oracle.mutants().stream()
                .filter(mutant -> mutant.change().matches("line \\d+: (" + waits + ").*"))
                .toList();
        assertThat(mutants)
                .hasSizeGreaterThan(5)
                .allSatisfy(mutant -> assertThat(oracle.verdict(mutant))
                        .as(mutant.change())
                        .isLessThanOrEqualTo(Verdict.WRONG_RESULT));
    }

    /** One of each kind: the others differ in the element type alone. */
    static Stream<UnfusedEntryPoint> unfused() {
        return Stream.of(
                UnfusedEntryPoint.SOFTMAX,
                UnfusedEntryPoint.naiveScores(DType.FLOAT32),
                UnfusedEntryPoint.naiveAggregate(DType.FLOAT32),
                UnfusedEntryPoint.gemmScores(DType.BFLOAT16),
                UnfusedEntryPoint.gemmAggregate(DType.BFLOAT16, DType.BFLOAT16));
    }

    /** Whoever makes an oracle runs all its cases with the entry point that ships. */
    @ParameterizedTest
    @MethodSource("unfused")
    void everyMistakeInWaitingIsNoticedOrInWritingWhereNobodyWaits(UnfusedEntryPoint code) {
        MutationOracle oracle = MutationOracle.of(code);
        String waits = "bar\\.sync|cp\\.async\\.(commit|wait_group)";
        String looked = code.sharedBytes() > 0 ? waits : "st\\.global";
        List<Mutant> mutants = oracle.mutants().stream()
                .filter(mutant -> mutant.change().matches("line \\d+: (" + looked + ").*"))
                .toList();
        assertThat(mutants)
                .isNotEmpty()
                .allSatisfy(mutant -> assertThat(oracle.verdict(mutant))
                        .as(mutant.change())
                        .isLessThanOrEqualTo(Verdict.WRONG_RESULT));
    }

    @ParameterizedTest
    @EnumSource
    void mostSmallMistakesAreNoticed(Family family) {
        EntryPointShape shape = shape(family);
        MutationOracle oracle = MutationOracle.of(shape);
        List<Mutant> mutants = oracle.mutants();
        List<String> survivors = new ArrayList<>();
        int tried = 0;
        for (int i = 0; i < mutants.size(); i += EVERY) {
            Verdict verdict = oracle.verdict(mutants.get(i));
            tried++;
            if (verdict.compareTo(Verdict.OTHER_WORK) > 0) {
                survivors.add(mutants.get(i).change());
            }
        }
        assertThat(1 - survivors.size() / (double) tried).as("%s", survivors).isGreaterThan(LEAST_NOTICED);
    }
}
