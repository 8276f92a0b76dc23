package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.cuda.MutationOracle.Verdict;
import io.sparkhood.cuda.PtxMutants.Mutant;
import io.sparkhood.operator.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
