package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.backend.contract.ErrorBudget;
import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cpu.ReferenceBackendProvider;
import io.sparkhood.cuda.emulator.LaunchReport;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention in several launches, run by the emulator against the reference, with tensors as the backend lays them. */
class UnfusedEntryPointTest {
    private final Backend reference = new ReferenceBackendProvider().open(BackendOptions.DEFAULT);
    private final EmulatedCuda cuda = new EmulatedCuda();

    private static DType weights(Implementation implementation, DType dtype) {
        return implementation == Implementation.GEMM ? dtype : DType.FLOAT32;
    }

    private static Outputs run(Backend backend, Example example) {
        NeighborhoodAttentionOperator operator = example.operator();
        int rows = example.batch();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, float[]> outputs = new LinkedHashMap<>();
        try (Plan plan = backend.plan(operator, rows, example.parameters());
                Lane lane = backend.lane(1)) {
            Stream.concat(operator.inputs().stream(), operator.outputs().stream())
                    .forEach(port -> tensors.put(port.name(), lane.tensor(port.dtype(), rows * port.elements())));
            for (Port port : operator.inputs()) {
                Tensor tensor = Objects.requireNonNull(tensors.get(port.name()));
                float[] values = example.input(port.name());
                lane.staging(tensor).write(0, values, 0, values.length);
                lane.upload(tensor, values.length);
            }
            plan.run(lane, rows, BoundTensors.of(plan, rows, tensors));
            for (Port port : operator.outputs()) {
                Tensor tensor = Objects.requireNonNull(tensors.get(port.name()));
                lane.download(tensor, tensor.elements());
                lane.mark().await();
                float[] values = new float[Math.toIntExact(tensor.elements())];
                lane.staging(tensor).read(0, values, 0, values.length);
                outputs.put(port.name(), values);
            }
        }
        return new Outputs(outputs);
    }

    /** A matrix instruction is 16 queries x 8 keys x 16 dims, or as much of the second product; chunks are of 64 dims. */
    private static long mma(NamedCase named) {
        NeighborhoodAttentionOperator operator = named.operator();
        long pairs = UnfusedLaunches.gemm(operator).visitedPairs() * operator.heads() * named.batch();
        long chunks = GridAxis.ceilDivide(operator.headDim(), 64) + GridAxis.ceilDivide(operator.valueDim(), 64);
        return pairs * 64 * chunks / (16 * 8 * 16);
    }

    @ParameterizedTest
    @CsvSource({
        "NAIVE, FLOAT32",
        "NAIVE, FLOAT16",
        "NAIVE, BFLOAT16",
        "GEMM, FLOAT32",
        "GEMM, FLOAT16",
        "GEMM, BFLOAT16"
    })
    void agreesWithTheReference(Implementation implementation, DType dtype) throws IOException {
        EntryPointShape shape = EntryPointShape.all().stream()
                .filter(known -> known.dtype() == dtype && known.dim() == 64 && known.bias())
                .findFirst()
                .orElseThrow();
        double worst = 0;
        List<NamedCase> cases = EntryPointCases.of(shape);
        try (Backend backend = cuda.open(BackendOptions.DEFAULT.withImplementation(implementation))) {
            for (NamedCase named : cases) {
                Example example = Example.random(named);
                Outputs expected = Outputs.of(reference, example.inFloat32(), 1);
                ErrorBudget budget = ErrorBudget.of(example, expected).weightsIn(weights(implementation, dtype));
                worst = Math.max(worst, budget.check(named.name(), run(backend, example)));
            }
        }
        LaunchReport work = cuda.work();
        assertThat(work.sharedWavefronts()).as("no bank conflicts").isEqualTo(work.sharedRequests());
        assertThat(work.asyncCopyWavefronts()).as("no bank conflicts").isEqualTo(work.asyncCopyRequests());
        boolean tensorCores = implementation == Implementation.GEMM && dtype != DType.FLOAT32;
        assertThat(work.mma())
                .as("matrix instructions")
                .isEqualTo(
                        tensorCores
                                ? cases.stream()
                                        .mapToLong(UnfusedEntryPointTest::mma)
                                        .sum()
                                : 0);
        cuda.requireEverythingGivenBack();
        Files.writeString(
                Path.of("target", "emulated-" + implementation + "-" + dtype + ".txt"),
                String.format(
                        Locale.ROOT,
                        "%s %s: %d cases, worst error %.2f of its budget%n",
                        implementation,
                        dtype,
                        cases.size(),
                        worst));
    }

    @ParameterizedTest
    @CsvSource({
        "NAIVE, FLOAT32",
        "NAIVE, FLOAT16",
        "NAIVE, BFLOAT16",
        "GEMM, FLOAT32",
        "GEMM, FLOAT16",
        "GEMM, BFLOAT16"
    })
    void aValueThatIsNotFiniteReachesOnlyTheQueriesThatSeeIt(Implementation implementation, DType dtype) {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(9, 11)
                .kernelSize(3, 5)
                .stride(1, 2)
                .headDim(16)
                .valueDim(24)
                .heads(2)
                .keyValueHeads(1)
                .additionalTokens(3)
                .relativePositionBias(true)
                .logSumExp(true)
                .dtype(dtype)
                .build();
        Example clean = Example.random(new NamedCase("not finite", operator, 2));
        try (Backend backend = cuda.open(BackendOptions.DEFAULT.withImplementation(implementation))) {
            for (String port : List.of("query", "key", "value", "additionalValues")) {
                for (float poison : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                    Example poisoned = clean.with(port, clean.input(port).length / 2 + 3, poison);
                    Outputs expected = Outputs.of(reference, poisoned.inFloat32(), 1);
                    Outputs actual = run(backend, poisoned);
                    assertSameKindOfNumbers(poison + " in " + port, expected.get("output"), actual.get("output"));
                    assertSameKindOfNumbers(poison + " in " + port, expected.get("logSumExp"), actual.get("logSumExp"));
                }
            }
        }
        cuda.requireEverythingGivenBack();
    }

    /** What is finite in the reference is so here and near it; what is NaN there is NaN here. */
    private static void assertSameKindOfNumbers(String what, float[] expected, float[] actual) {
        for (int i = 0; i < expected.length; i++) {
            String place = what + ": [" + i + "], reference " + expected[i] + ", got " + actual[i];
            assertThat(Float.isFinite(actual[i])).as(place).isEqualTo(Float.isFinite(expected[i]));
            assertThat(Float.isNaN(actual[i])).as(place).isEqualTo(Float.isNaN(expected[i]));
            if (Float.isFinite(expected[i])) {
                assertThat(Math.abs(actual[i] - expected[i])).as(place).isLessThan(0.05f);
            }
        }
    }
}
