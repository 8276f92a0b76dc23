package io.sparkhood.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.cpu.ReferenceBackendProvider;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Operator;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every backend must do. A backend's test is a subclass of ten lines. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendContract {
    private final Backend reference = new ReferenceBackendProvider().open(BackendOptions.DEFAULT);
    private Backend backend = reference;

    /** The provider under test. */
    protected abstract BackendProvider provider();

    /** The implementation that the backend is opened for. */
    protected Implementation implementation() {
        return Implementation.AUTO;
    }

    /** Names of cases that the backend must refuse with a sentence, whatever their dtype. */
    protected Set<String> refusedCases() {
        return Set.of();
    }

    /** A case in float32 that takes the backend much longer than a tenth of a second. */
    protected NamedCase longCase() {
        if (implementation().keepsWeights()) { // which are to fit the heap of the tests
            NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(64, 64)
                    .kernelSize(31)
                    .headDim(512)
                    .heads(2)
                    .build();
            return new NamedCase("seconds of work", operator, 4);
        }
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(160, 160)
                .kernelSize(81)
                .headDim(64)
                .build(); // seconds of work for the fastest backend
        return new NamedCase("seconds of work", operator, 8);
    }

    /** The type to which softmax weights are rounded for elements of this type. */
    protected DType weightType(DType dtype) {
        return DType.FLOAT32;
    }

    /** Whether a case is short enough to be run in every dtype, and more than once. All are, unless the device is emulated. */
    protected boolean repeats(NamedCase named) {
        return true;
    }

    @BeforeAll
    final void open() {
        assertThat(provider().probe().usable())
                .as(provider().probe().toString())
                .isTrue();
        backend = provider().open(BackendOptions.DEFAULT.withImplementation(implementation()));
    }

    @AfterAll
    final void closeTwice() {
        backend.close();
        backend.close();
        reference.close();
    }

    final Stream<NamedCase> cases() {
        return AttentionCases.all().stream()
                .filter(named -> !refusedCases().contains(named.name()))
                .flatMap(named -> Stream.of(DType.values())
                        .filter(dtype -> dtype == DType.FLOAT32 || repeats(named))
                        .map(dtype -> dtype == DType.FLOAT32 ? named : named.with(dtype)));
    }

    /** Cases in which every path of a plan is taken, for the tests that run each more than once. */
    final Stream<NamedCase> variedCases() {
        return cases().filter(this::repeats)
                .filter(named -> named.name().startsWith("every option")
                        || named.name().startsWith("primes")
                        || named.name().startsWith("NAT level 4")
                        || named.name().startsWith("window longer than any inner loop, 2 axes"));
    }

    final Stream<GoldenCase> goldenCases() {
        return GoldenCase.all().stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    final void agreesWithTheReference(NamedCase named) {
        Example example = Example.random(named);
        Outputs expected = Outputs.of(reference, example.inFloat32(), 1);
        ErrorBudget budget = ErrorBudget.of(example, expected)
                .weightsIn(weightType(named.operator().dtype()));
        budget.check(named.name(), Outputs.of(backend, example, 1));
    }

    @ParameterizedTest
    @MethodSource("goldenCases")
    final void agreesWithGoldenData(GoldenCase golden) {
        Outputs actual = Outputs.of(backend, golden.example(), 1);
        assertClose("output", actual.get("output"), golden.output());
        assertClose("logSumExp", actual.get("logSumExp"), golden.logSumExp());
    }

    private static void assertClose(String name, float[] actual, double[] expected) {
        assertThat(actual.length).isEqualTo(expected.length);
        for (int i = 0; i < actual.length; i++) {
            // values below 4, ten printed digits, inputs and arithmetic in float32
            if (!(Math.abs(actual[i] - expected[i]) <= 2e-6)) {
                throw new AssertionError(name + "[" + i + "]: expected " + expected[i] + ", got " + actual[i]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variedCases")
    final void givesTheSameBitsTwiceAndOnAnyNumberOfThreads(NamedCase named) {
        Example example = Example.random(named);
        Outputs once = Outputs.of(backend, example, 1);
        Outputs.of(backend, example, 1).assertSameBits(once, "second time");
        Outputs.of(backend, example, 2).assertSameBits(once, "two threads");
        Outputs.of(backend, example, 5).assertSameBits(once, "five threads");
    }

    @ParameterizedTest
    @MethodSource("variedCases")
    final void computesABatchAsItsRowsAlone(NamedCase named) {
        Example example = Example.random(new NamedCase(named.name(), named.operator(), 3));
        Outputs together = Outputs.of(backend, example, 1);
        for (int row = 0; row < 3; row++) {
            Outputs alone = Outputs.of(backend, example.row(row), 1);
            together.row(example.operator(), row).assertSameBits(alone, "row " + row);
        }
    }

    @ParameterizedTest
    @MethodSource("variedCases")
    final void keepsNonFiniteNumbersInTheirRow(NamedCase named) {
        Example clean = Example.random(new NamedCase(named.name(), named.operator(), 3));
        Outputs expected = Outputs.of(backend, clean, 1);
        for (Port port : named.operator().inputs()) {
            for (float poison : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                int middleOfRowOne = Math.toIntExact(port.elements() + port.elements() / 2);
                Outputs actual = Outputs.of(backend, clean.with(port.name(), middleOfRowOne, poison), 1);
                for (int row : new int[] {0, 2}) {
                    actual.row(clean.operator(), row)
                            .assertSameBits(
                                    expected.row(clean.operator(), row),
                                    poison + " in row 1 of " + port.name() + ", row " + row);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variedCases")
    final void aNumberThatIsNotFiniteReachesTheQueriesThatSeeItAndNoOthers(NamedCase named) {
        Example clean = Example.random(new NamedCase(named.name(), named.operator(), 1));
        for (Port port : named.operator().inputs()) {
            for (float poison : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                Example poisoned = clean.with(port.name(), Math.toIntExact(port.elements() / 2), poison);
                Outputs expected = Outputs.of(reference, poisoned.inFloat32(), 1);
                Outputs actual = Outputs.of(backend, poisoned, 1);
                actual.assertFiniteWhere(expected, named.operator().dtype(), poison + " in " + port.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variedCases")
    final void leavesNothingBehindOnALane(NamedCase named) {
        Example clean = Example.random(named);
        try (Lane lane = backend.lane(1);
                Plan plan = backend.plan(named.operator(), named.batch(), clean.parameters())) {
            Outputs before = Outputs.of(plan, lane, clean);
            for (Port port : named.operator().inputs()) {
                Outputs.of(plan, lane, clean.with(port.name(), 0, Float.NaN));
                Outputs.of(plan, lane, clean).assertSameBits(before, "after a NaN in " + port.name());
            }
        }
    }

    @Test
    final void runsOfOtherPlansOnALaneDoNotDisturbEachOther() {
        List<NamedCase> varied = variedCases().toList();
        try (Lane lane = backend.lane(2)) {
            for (int round = 0; round < 2; round++) {
                for (NamedCase named : varied) {
                    Example example = Example.random(named);
                    try (Plan plan = backend.plan(named.operator(), named.batch(), example.parameters())) {
                        Outputs.of(plan, lane, example).assertSameBits(Outputs.of(backend, example, 1), named.name());
                    }
                }
            }
        }
    }

    @Test
    final void computesOnSeveralLanesAtOnce() throws Exception {
        NamedCase named = variedCases().toList().get(1);
        Example example = Example.random(named);
        Outputs expected = Outputs.of(backend, example, 1);
        ExecutorService tasks = Executors.newFixedThreadPool(4);
        try (Plan plan = backend.plan(named.operator(), named.batch(), example.parameters())) {
            List<Callable<Outputs>> calls = new ArrayList<>();
            for (int task = 0; task < 8; task++) {
                calls.add(() -> {
                    try (Lane lane = backend.lane(2)) {
                        return Outputs.of(plan, lane, example);
                    }
                });
            }
            for (Future<Outputs> future : tasks.invokeAll(calls)) {
                future.get().assertSameBits(expected, "concurrent lane");
            }
        } finally {
            tasks.shutdownNow();
        }
    }

    @Test
    final void readsQueryKeyAndValueOutOfOneTensor() {
        int tokens = 63;
        int width = 2 * 20; // heads x headDim
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(7, 9)
                .heads(2)
                .headDim(20)
                .kernelSize(3)
                .dilation(2, 1)
                .build();
        Example example = Example.random(new NamedCase("qkv", operator, 2));
        float[] packed = new float[2 * tokens * 3 * width]; // [batch, tokens, 3, heads, headDim]
        List<String> names = List.of("query", "key", "value");
        for (int token = 0; token < 2 * tokens; token++) {
            for (int part = 0; part < 3; part++) {
                float[] from = example.input(names.get(part));
                System.arraycopy(from, token * width, packed, (token * 3 + part) * width, width);
            }
        }
        try (Lane lane = backend.lane(1);
                Plan plan = backend.plan(operator, 2, Parameters.NONE)) {
            Tensor qkv = lane.tensor(DType.FLOAT32, packed.length);
            lane.staging(qkv).write(0, packed, 0, packed.length);
            lane.upload(qkv, packed.length);
            Tensor output = lane.tensor(DType.FLOAT32, 2L * tokens * width);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (int part = 0; part < 3; part++) {
                tensors.put(names.get(part), qkv.view((long) part * width, 3L * width));
            }
            tensors.put("output", output);
            plan.run(lane, 2, BoundTensors.of(plan, 2, tensors));
            lane.download(output, output.elements());
            lane.mark().await();
            float[] values = new float[2 * tokens * width];
            lane.staging(output).read(0, values, 0, values.length);
            new Outputs(Map.of("output", values)).assertSameBits(Outputs.of(backend, example, 1), "views");
        }
    }

    @Test
    final void aSmallerBatchTouchesNoFurtherRow() {
        NamedCase named = variedCases().toList().get(0);
        Example example = Example.random(new NamedCase(named.name(), named.operator(), 2));
        try (Lane lane = backend.lane(1);
                Plan plan = backend.plan(named.operator(), 5, example.parameters())) {
            // Outputs binds tensors of exactly two rows between canaries
            Outputs.of(plan, lane, example).assertSameBits(Outputs.of(backend, example, 1), "batch 2 on a plan of 5");
        }
    }

    /** Whether {@link Lane#cancel} stops a run under way; a backend whose run is one launch cannot. */
    protected boolean cancelsWithinARun() {
        return true;
    }

    @Test
    final void cancelEndsARunUnderWay() throws Exception {
        NamedCase named = longCase();
        NeighborhoodAttentionOperator operator = named.operator();
        ExecutorService task = Executors.newSingleThreadExecutor();
        try (Lane lane = backend.lane(2);
                Plan plan = backend.plan(operator, named.batch(), Parameters.NONE)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            Stream.concat(operator.inputs().stream(), operator.outputs().stream())
                    .forEach(port -> tensors.put(
                            port.name(),
                            lane.tensor(DType.FLOAT32, Math.multiplyExact(named.batch(), port.elements()))));
            for (Port port : operator.inputs()) {
                Tensor tensor = Objects.requireNonNull(tensors.get(port.name()));
                float[] ones = new float[Math.toIntExact(tensor.elements())];
                Arrays.fill(ones, 1);
                lane.staging(tensor).write(0, ones, 0, ones.length);
                lane.upload(tensor, ones.length);
            }
            BoundTensors bound = BoundTensors.of(plan, named.batch(), tensors);
            Future<?> run = task.submit(() -> {
                plan.run(lane, named.batch(), bound);
                lane.mark().await();
            });
            Thread.sleep(50);
            lane.cancel();
            assertThatThrownBy(() -> run.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(CancellationException.class);
            if (cancelsWithinARun()) {
                Tensor output = bound.outputs().get(0);
                float[] last = new float[1];
                lane.staging(output).read(output.elements() - 1, last, 0, 1);
                assertThat(last[0])
                        .as("the last output, which must not have been reached")
                        .isZero();
            }
        } finally {
            task.shutdownNow();
        }
    }

    @Test
    final void aCancelledLaneStaysCancelledAndOthersGoOn() {
        NamedCase named = variedCases().toList().get(0);
        Example example = Example.random(named);
        try (Lane cancelled = backend.lane(2);
                Lane other = backend.lane(1);
                Plan plan = backend.plan(named.operator(), named.batch(), example.parameters())) {
            cancelled.cancel();
            assertThatThrownBy(() -> Outputs.of(plan, cancelled, example)).isInstanceOf(CancellationException.class);
            assertThatThrownBy(() -> Outputs.of(plan, cancelled, example)).isInstanceOf(CancellationException.class);
            Outputs.of(plan, other, example).assertSameBits(Outputs.of(backend, example, 1), "other lane");
        }
    }

    @Test
    final void lanesAndPlansCloseTwice() {
        NamedCase named = variedCases().toList().get(0);
        Plan plan = backend.plan(named.operator(), 1, Example.random(named).parameters());
        assertThat(plan.operator()).isEqualTo(named.operator());
        assertThat(plan.maxBatch()).isEqualTo(1);
        assertThat(plan.describe()).isNotBlank();
        plan.close();
        plan.close();
        Lane lane = backend.lane(1);
        lane.close();
        lane.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    final void visitsEveryPairThatAQuerySees(NamedCase named) {
        Parameters parameters = Example.random(named).parameters();
        try (Plan plan = backend.plan(named.operator(), named.batch(), parameters)) {
            assertThat(plan.visitedPairs())
                    .isGreaterThanOrEqualTo(named.operator().visiblePairs());
        }
    }

    @Test
    final void aPeakIsPositiveAndLeavesTheLaneUsable() {
        NamedCase named = variedCases().toList().get(0);
        Example example = Example.random(named);
        try (Lane lane = backend.lane(2);
                Plan plan = backend.plan(named.operator(), named.batch(), example.parameters())) {
            OptionalDouble peak = backend.measurePeak(lane);
            assertThat(peak.orElse(1)).isPositive().isFinite();
            Outputs.of(plan, lane, example).assertSameBits(Outputs.of(backend, example, 1), "after a peak");
            lane.cancel();
            if (peak.isPresent()) {
                assertThatThrownBy(() -> backend.measurePeak(lane)).isInstanceOf(CancellationException.class);
            }
        }
    }

    @Test
    final void scratchDoesNotGrowWithTheMap() {
        long small = scratch(64, 64);
        long large = scratch(1024, 1024);
        assertThat(large).isLessThanOrEqualTo(2 * small + 4096);
    }

    private long scratch(int height, int width) {
        NeighborhoodAttentionOperator operator =
                NeighborhoodAttentionOperator.on(height, width).kernelSize(7).build();
        try (Plan plan = backend.plan(operator, 1, Parameters.NONE)) {
            return plan.scratchBytes();
        }
    }

    @Test
    final void sizesABatchByItsBudget() {
        NeighborhoodAttentionOperator operator =
                NeighborhoodAttentionOperator.on(10, 10).heads(2).kernelSize(3).build();
        assertThat(operator.rowBytes()).isEqualTo(4L * 100 * 64 * 4);
        long weightsBytes = implementation().keepsWeights() ? 4 * 100 * 2 * 9 : 0;
        try (Plan plan = backend.plan(operator, 3, Parameters.NONE)) {
            assertThat(plan.weightsBytes()).isEqualTo(3 * weightsBytes);
        }
        long rowBytes = operator.rowBytes() + weightsBytes;
        assertThat(backend.maxBatch(operator, 0)).isEqualTo(1);
        assertThat(backend.maxBatch(operator, 7 * rowBytes)).isEqualTo(7);
        assertThat(backend.maxBatch(operator, 8 * rowBytes - 1)).isEqualTo(7);
        assertThat(backend.maxBatch(operator, Long.MAX_VALUE))
                .isGreaterThan(7)
                .isLessThanOrEqualTo(Integer.MAX_VALUE / 6400);
    }

    @Test
    final void refusesWithASentence() {
        record Unknown() implements Operator {
            @Override
            public List<Port> inputs() {
                return List.of();
            }

            @Override
            public List<Port> outputs() {
                return List.of();
            }

            @Override
            public List<Port> parameters() {
                return List.of();
            }
        }
        assertThat(backend.refuses(new Unknown())).contains("it has no plan for Unknown");
        assertThatThrownBy(() -> backend.plan(new Unknown(), 1, Parameters.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(backend.name() + " refuses: it has no plan for Unknown");

        NeighborhoodAttentionOperator huge = NeighborhoodAttentionOperator.on(65536, 65536)
                .headDim(16)
                .kernelSize(3)
                .build();
        assertThat(backend.refuses(huge))
                .hasValueSatisfying(sentence -> assertThat(sentence).contains("68719476736 elements"));
        for (NamedCase named : AttentionCases.all()) {
            assertThat(backend.refuses(named.operator()).isPresent())
                    .as(named.name())
                    .isEqualTo(refusedCases().contains(named.name()));
        }
        for (DType dtype : DType.values()) {
            NamedCase named = AttentionCases.all().get(0).with(dtype);
            assertThat(backend.refuses(named.operator())).as(dtype.toString()).isEmpty();
        }
    }

    @Test
    final void parametersAreChecked() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(9)
                .heads(2)
                .kernelSize(3)
                .relativePositionBias(true)
                .build();
        assertThatThrownBy(() -> backend.plan(operator, 1, Parameters.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter relativePositionBias of shape [2, 5] is missing");
        assertThatThrownBy(() -> backend.plan(operator, 1, Parameters.of("relativePositionBias", new float[9])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter relativePositionBias must have 10 elements, shape [2, 5], but has 9");
    }
}
