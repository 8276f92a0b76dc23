package io.sparkhood.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.cpu.ReferenceBackendProvider;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Normalization;
import io.sparkhood.operator.Port;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every backend must do that has plans for the two halves of attention. A backend's test is a subclass of ten lines. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class UnfusedContract {
    private final Backend reference = new ReferenceBackendProvider().open(BackendOptions.DEFAULT);
    private Backend backend = reference;

    /** The provider under test. */
    protected abstract BackendProvider provider();

    /** The implementation that the backend is opened for. */
    protected Implementation implementation() {
        return Implementation.AUTO;
    }

    /** Whether a case is short enough to be run in every dtype, and more than once. All are, unless the device is emulated. */
    protected boolean repeats(NamedCase named) {
        return true;
    }

    @BeforeAll
    final void open() {
        backend = provider().open(BackendOptions.DEFAULT.withImplementation(implementation()));
    }

    @AfterAll
    final void close() {
        backend.close();
        reference.close();
    }

    final Stream<NamedCase> cases() {
        return AttentionCases.all().stream()
                .flatMap(named -> Stream.of(DType.values())
                        .filter(dtype -> dtype == DType.FLOAT32 || repeats(named))
                        .map(dtype -> dtype == DType.FLOAT32 ? named : named.with(dtype)));
    }

    final Stream<GoldenCase> goldenCases() {
        return GoldenCase.all().stream();
    }

    /** Both halves of the cases in which every path of a plan is taken, in three rows. */
    final Stream<UnfusedCase> varied() {
        return AttentionCases.all().stream()
                .filter(named -> named.name().startsWith("every option")
                        || named.name().startsWith("primes")
                        || named.name().startsWith("window longer than any inner loop, 2 axes"))
                .filter(this::repeats)
                .map(named -> new NamedCase(named.name(), named.operator(), 3))
                .flatMap(named -> Stream.of(
                        UnfusedCase.scores(named.name(), Example.random(named)),
                        UnfusedCase.aggregate(named.name(), Example.random(named), Normalization.NONE),
                        UnfusedCase.aggregate(named.name(), Example.random(named), Normalization.SOFTMAX)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    final void scoresAgreeWithTheReference(NamedCase named) {
        Example example = Example.random(named);
        UnfusedCase scores = UnfusedCase.scores(named.name(), example);
        UnfusedBudget.scores(reference, example).check(named + " " + scores.operator(), scores.on(backend, 1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    final void weightsOfAnySizeMixAsTheReferenceDoes(NamedCase named) {
        Example example = Example.random(named);
        UnfusedCase aggregate = UnfusedCase.aggregate(named.name(), example, Normalization.NONE);
        UnfusedBudget.weighted(reference, example, aggregate.input("weights"))
                .check(aggregate + " " + aggregate.operator(), aggregate.on(backend, 1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    final void softmaxOfMaskedScoresMixesAsTheReferenceDoes(NamedCase named) {
        Example example = Example.random(named);
        UnfusedCase aggregate = UnfusedCase.aggregate(named.name(), example, Normalization.SOFTMAX);
        UnfusedBudget.softmax(reference, example, aggregate.input("weights"))
                .check(aggregate + " " + aggregate.operator(), aggregate.on(backend, 1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    final void bothHalvesTogetherAreAttention(NamedCase named) {
        Example example = Example.random(named);
        Outputs scores = UnfusedCase.scores(named.name(), example).on(backend, 1);
        Outputs output = UnfusedCase.aggregate(named.name(), example, Normalization.SOFTMAX, scores.get("scores"))
                .on(backend, 1);
        Outputs expected = Outputs.of(reference, example.inFloat32(), 1);
        Map<String, float[]> both = new LinkedHashMap<>(output.values());
        if (named.operator().logSumExp()) {
            both.put("logSumExp", expected.get("logSumExp")); // the halves have none
        }
        ErrorBudget.of(example, expected).check(named.name(), new Outputs(both));
    }

    @ParameterizedTest
    @MethodSource("goldenCases")
    final void bothHalvesTogetherAgreeWithGoldenData(GoldenCase golden) {
        Example example = golden.example();
        float[] scores = UnfusedCase.scores("scores", example).on(backend, 1).get("scores");
        Outputs actual = UnfusedCase.aggregate("aggregate", example, Normalization.SOFTMAX, scores)
                .on(backend, 1);
        float[] output = actual.get("output");
        assertThat(output.length).isEqualTo(golden.output().length);
        for (int i = 0; i < output.length; i++) {
            if (!(Math.abs(output[i] - golden.output()[i]) <= 2e-6)) {
                throw new AssertionError("output[" + i + "]: expected " + golden.output()[i] + ", got " + output[i]);
            }
        }
    }

    /** Of the windows on small maps one in so many is computed: all, unless the device is emulated. */
    protected int everySmallWindow() {
        return 1;
    }

    /** All windows on one axis of up to 8 tokens, and on two axes of up to 3 and 4. */
    static Stream<List<Integer>> smallMaps() {
        return Stream.concat(
                IntStream.rangeClosed(1, 8).mapToObj(List::of),
                IntStream.rangeClosed(1, 12).mapToObj(i -> List.of((i - 1) / 4 + 1, (i - 1) % 4 + 1)));
    }

    @ParameterizedTest
    @MethodSource("smallMaps")
    final void slotsAreThoseOfTheDefinition(List<Integer> featureMap) {
        AtomicInteger windows = new AtomicInteger();
        SmallWindows.forEach(featureMap, operator -> {
            if (windows.getAndIncrement() % everySmallWindow() != 0) {
                return;
            }
            int tokens = Math.toIntExact(operator.tokens());
            int slots = Math.toIntExact(operator.slots());
            float[] numbers = new float[tokens];
            float[] ones = new float[tokens];
            float[] powers = new float[tokens * slots];
            float[] expectedScores = new float[tokens * slots];
            float[] expectedOutput = new float[tokens];
            for (int token = 0; token < tokens; token++) {
                numbers[token] = 1 + token;
                ones[token] = 1;
                for (int slot = 0; slot < slots; slot++) {
                    long key = UnfusedCase.keyOf(operator, token, slot);
                    int at = token * slots + slot;
                    expectedScores[at] = key < 0 ? Float.NEGATIVE_INFINITY : 1 + key;
                    powers[at] = key < 0 ? Float.NaN : slot + 1;
                    expectedOutput[token] += key < 0 ? 0 : (slot + 1) * (1 + key);
                }
            }
            Example example =
                    new Example(operator, 1, Map.of("query", ones, "key", numbers, "value", numbers), Parameters.NONE);
            assertThat(UnfusedCase.scores("small", example).on(backend, 1).get("scores"))
                    .as(operator.toString())
                    .isEqualTo(expectedScores);
            UnfusedCase aggregate = UnfusedCase.aggregate("small", example, Normalization.NONE, powers);
            assertThat(aggregate.on(backend, 1).get("output"))
                    .as(operator.toString())
                    .isEqualTo(expectedOutput);
        });
    }

    @Test
    final void additionalKeysHaveTheLastSlots() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(3)
                .kernelSize(3)
                .headDim(1)
                .causalAxes(0)
                .additionalTokens(2)
                .build();
        Map<String, float[]> inputs = Map.of(
                "query", new float[] {1, 1, 1},
                "key", new float[] {1, 2, 3},
                "value", new float[] {1, 2, 3},
                "additionalKeys", new float[] {4, 5},
                "additionalValues", new float[] {10, 20});
        Example example = new Example(operator, 1, inputs, Parameters.NONE);
        float none = Float.NEGATIVE_INFINITY;
        assertThat(UnfusedCase.scores("tail", example).on(backend, 1).get("scores"))
                .containsExactly(1, none, none, 4, 5, 1, 2, none, 4, 5, 1, 2, 3, 4, 5);
        float[] weights = new float[15];
        for (int i = 0; i < 15; i++) {
            weights[i] = i % 5 == 4 ? 2 : 1;
        }
        assertThat(UnfusedCase.aggregate("tail", example, Normalization.NONE, weights)
                        .on(backend, 1)
                        .get("output"))
                .containsExactly(1 + 10 + 40, 3 + 10 + 40, 6 + 10 + 40);
    }

    @ParameterizedTest
    @MethodSource("varied")
    final void givesTheSameBitsTwiceAndOnAnyNumberOfThreads(UnfusedCase half) {
        Outputs once = half.on(backend, 1);
        half.on(backend, 1).assertSameBits(once, "second time");
        half.on(backend, 3).assertSameBits(once, "three threads");
    }

    @ParameterizedTest
    @MethodSource("varied")
    final void computesABatchAsItsRowsAlone(UnfusedCase half) {
        Outputs together = half.on(backend, 1);
        for (int row = 0; row < half.batch(); row++) {
            together.row(half.operator(), row).assertSameBits(half.row(row).on(backend, 1), "row " + row);
        }
    }

    @ParameterizedTest
    @MethodSource("varied")
    final void keepsNonFiniteNumbersInTheirRowAndANanToThoseThatSeeIt(UnfusedCase half) {
        Outputs clean = half.on(backend, 1);
        for (Port port : half.operator().inputs()) {
            for (float poison : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                // slot 0 of a token in the middle of row 1 has a key; elsewhere any element of a token will do
                long perToken = port.elements() / port.tokens();
                int index = Math.toIntExact(port.elements() + port.tokens() / 2 * perToken);
                UnfusedCase poisoned = half.with(port.name(), index, poison);
                Outputs actual = poisoned.on(backend, 1);
                for (int row : new int[] {0, 2}) {
                    actual.row(half.operator(), row)
                            .assertSameBits(
                                    clean.row(half.operator(), row),
                                    poison + " in row 1 of " + port.name() + ", row " + row);
                }
                actual.assertFiniteWhere(
                        poisoned.on(reference, 1), half.operator().dtype(), poison + " in " + port.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("varied")
    final void leavesNothingBehindOnALane(UnfusedCase half) {
        try (Lane lane = backend.lane(1);
                Plan plan = backend.plan(half.operator(), half.batch(), half.parameters())) {
            Outputs before = Outputs.of(plan, lane, half.batch(), half.inputs());
            for (Port port : half.operator().inputs()) {
                Outputs.of(
                        plan,
                        lane,
                        half.batch(),
                        half.with(port.name(), 0, Float.NaN).inputs());
                Outputs.of(plan, lane, half.batch(), half.inputs())
                        .assertSameBits(before, "after a NaN in " + port.name());
            }
        }
    }

    @Test
    final void plansOfAllOperatorsTakeTurnsOnALane() {
        List<UnfusedCase> halves = varied().toList();
        try (Lane lane = backend.lane(2)) {
            for (int round = 0; round < 2; round++) {
                for (UnfusedCase half : halves) {
                    try (Plan plan = backend.plan(half.operator(), half.batch(), half.parameters())) {
                        Outputs.of(plan, lane, half.batch(), half.inputs())
                                .assertSameBits(half.on(backend, 1), half.name());
                        assertThat(plan.visitedPairs())
                                .isGreaterThanOrEqualTo(half.operator().visiblePairs());
                        assertThat(plan.describe()).isNotBlank();
                        assertThat(plan.weightsBytes())
                                .as("weights are tensors here")
                                .isZero();
                    }
                }
            }
        }
    }

    @Test
    final void whereAllScoresAreMinusInfinityTheOutputIsNan() {
        NeighborhoodAttentionOperator operator =
                NeighborhoodAttentionOperator.on(5, 6).kernelSize(3).headDim(3).build();
        Example example = Example.random(new NamedCase("masked", operator, 1));
        float[] scores = new float[30 * 9];
        Arrays.fill(scores, 7 * 9, 8 * 9, Float.NEGATIVE_INFINITY);
        float[] output = UnfusedCase.aggregate("masked", example, Normalization.SOFTMAX, scores)
                .on(backend, 1)
                .get("output");
        for (int i = 0; i < output.length; i++) {
            assertThat(Float.isNaN(output[i])).as("output " + i).isEqualTo(i / 3 == 7);
        }
    }

    @Test
    final void aCancelledLaneStaysCancelled() {
        for (UnfusedCase half : varied().limit(3).toList()) {
            try (Lane lane = backend.lane(2);
                    Plan plan = backend.plan(half.operator(), half.batch(), half.parameters())) {
                lane.cancel();
                assertThatThrownBy(() -> Outputs.of(plan, lane, half.batch(), half.inputs()))
                        .isInstanceOf(CancellationException.class);
            }
        }
    }

    @Test
    final void sizesABatchByItsBudget() {
        NeighborhoodAttentionOperator operator =
                NeighborhoodAttentionOperator.on(10, 10).heads(2).kernelSize(3).build();
        long scoresBytes = 4L * 100 * 2 * (32 + 32 + 9);
        assertThat(operator.scores().rowBytes()).isEqualTo(scoresBytes);
        assertThat(backend.maxBatch(operator.scores(), 7 * scoresBytes)).isEqualTo(7);
        assertThat(backend.maxBatch(operator.scores(), 8 * scoresBytes - 1)).isEqualTo(7);
        assertThat(backend.maxBatch(operator.aggregate(Normalization.SOFTMAX), 3 * scoresBytes))
                .isEqualTo(3);
    }

    @Test
    final void parametersAreChecked() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(9)
                .kernelSize(3)
                .relativePositionBias(true)
                .build();
        assertThatThrownBy(() -> backend.plan(operator.scores(), 1, Parameters.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter relativePositionBias of shape [1, 5] is missing");
    }
}
