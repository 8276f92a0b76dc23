package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.contract.ErrorBudget;
import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cpu.ReferenceBackendProvider;
import io.sparkhood.cuda.EmulatedRun.Layout;
import io.sparkhood.operator.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Halos weigh keys relative to 0, and a warp once more relative to the maximum where a sum of its rows is beyond limits. */
class HaloSumsTest {
    private static final String HALOS = "io.sparkhood.cuda.EntryPointTest#halos";

    private final Backend reference = new ReferenceBackendProvider().open(BackendOptions.DEFAULT);

    /** How often the keys are gone through, on the mean of all warps; what comes out is right. */
    private double passes(Example example, EntryPointShape shape) {
        LaunchPlan plan = EmulatedRun.plan(example.operator(), shape);
        EmulatedRun run = EmulatedRun.of(example, new Layout(8, 16, 24), plan);
        Outputs expected = Outputs.of(reference, example.inFloat32(), 1);
        ErrorBudget.of(example, expected).weightsIn(shape.dtype()).check("far sums", run.outputs());
        return run.report().mma() / (2.0 * plan.visitedPairs() * shape.dim() / (16 * 8 * 16));
    }

    @ParameterizedTest
    @MethodSource(HALOS)
    void onePassWhereSumsAreFarFromTheLimits(EntryPointShape shape) {
        for (float higher : new float[] {-1, 0, 1}) {
            assertThat(passes(FarSums.ofAllQueries(shape, higher), shape)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource(HALOS)
    void anotherPassWhereAllScoresAreLargeOrSmall(EntryPointShape shape) {
        for (float higher : new float[] {-200, -100, 50, 200}) {
            assertThat(passes(FarSums.ofAllQueries(shape, higher), shape))
                    .as("scores %s higher", higher)
                    .isEqualTo(2);
        }
    }

    @ParameterizedTest
    @MethodSource(HALOS)
    void anotherPassOfTheWarpThatHasOneSuchQuery(EntryPointShape shape) {
        for (float higher : new float[] {-100, 100}) {
            for (int token : new int[] {0, 31, 63}) {
                assertThat(passes(FarSums.ofOneQuery(shape, token, higher), shape))
                        .as("scores of token %d %s higher", token, higher)
                        .isEqualTo(1.25);
            }
        }
    }

    /** Of a step of 32 keys. */
    @ParameterizedTest
    @MethodSource(HALOS)
    void theLimitsThemselvesAreGood(EntryPointShape shape) {
        boolean half = shape.dtype() == DType.FLOAT16;
        float least = half ? -14 + 5 : -60 + 5;
        float most = half ? 15 : 60;
        for (float within : new float[] {least, 0, most}) {
            assertThat(passes(FarSums.ofOneKey(shape, within), shape))
                    .as("2^%s", within)
                    .isEqualTo(1);
        }
        for (float beyond : new float[] {least - 0.5f, most + 0.5f}) {
            assertThat(passes(FarSums.ofOneKey(shape, beyond), shape))
                    .as("2^%s", beyond)
                    .isEqualTo(2);
        }
    }
}
