package io.sparkhood.cuda;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Candidate;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.contract.ErrorBudget;
import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cpu.ReferenceBackendProvider;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract of all backends, and every entry point, on the GPU of this machine. Without one these tests are skipped; with
 * {@code -Dsparkhood.gpuTests=true} they fail then and say what is missing.
 */
@EnabledIf(value = "isWanted", disabledReason = "there is no usable GPU here, see doctor --local")
class CudaHardwareTest extends CudaContract {
    static boolean isWanted() {
        return Boolean.getBoolean("sparkhood.gpuTests")
                || new CudaBackendProvider().probe().usable();
    }

    @Override
    protected BackendProvider provider() {
        return new CudaBackendProvider();
    }

    @Override
    protected NamedCase longCase() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(160, 160)
                .kernelSize(81)
                .headDim(64)
                .build();
        return new NamedCase("2.7 TFLOP in float32", operator, 64);
    }

    static List<EntryPointShape> shapes() {
        return EntryPointShape.all();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyEntryPointAgreesWithTheReference(EntryPointShape shape) {
        try (Backend reference = new ReferenceBackendProvider().open(BackendOptions.DEFAULT);
                Backend cuda = provider().open(BackendOptions.DEFAULT);
                Lane lane = cuda.lane(1)) {
            for (NamedCase named : EntryPointCases.of(shape)) {
                Example example = Example.random(named);
                Outputs expected = Outputs.of(reference, example.inFloat32(), 1);
                ErrorBudget.of(example, expected)
                        .weightsIn(weightType(shape.dtype()))
                        .check(named.name(), computed(cuda, lane, example, shape));
            }
        }
    }

    private static Outputs computed(Backend cuda, Lane lane, Example example, EntryPointShape shape) {
        Candidate candidate = cuda.candidates(example.operator(), example.batch()).stream()
                .filter(each -> each.way().startsWith("cuda: " + shape.entryPoint() + ":"))
                .findFirst()
                .orElseThrow();
        try (Plan plan = cuda.plan(example.operator(), example.batch(), example.parameters(), candidate)) {
            return Outputs.of(plan, lane, example);
        }
    }
}
