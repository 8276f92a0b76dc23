package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.contract.ErrorBudget;
import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cpu.ReferenceBackendProvider;
import io.sparkhood.cuda.EmulatedRun.Layout;
import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.emulator.LaunchReport;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every entry point that ships, run by the emulator against the reference. */
class EntryPointTest {
    /** Every token starts on 16 bytes if its dims allow, lies between others, starts anywhere. */
    private static final List<Layout> LAYOUTS =
            List.of(new Layout(0, 0, 0), new Layout(8, 16, 24), new Layout(37, 3, 2), new Layout(8, 20, 4));

    /** One element behind rows of one less than whole chunks, of all tensors alike. */
    private static final Layout ONE_APART = new Layout(8, 1, 0);

    private final Backend reference = new ReferenceBackendProvider().open(BackendOptions.DEFAULT);

    @ParameterizedTest
    @MethodSource("shapes")
    void agreesWithTheReference(EntryPointShape shape) throws IOException {
        double worst = 0;
        int runs = 0;
        for (NamedCase named : EntryPointCases.of(shape)) {
            Example example = Example.random(named);
            Outputs expected = Outputs.of(reference, example.inFloat32(), 1);
            ErrorBudget budget = ErrorBudget.of(example, expected).weightsIn(shape.dtype());
            boolean apart = named.name().contains("one head");
            // every entry point has cases on each of them
            Layout layout = apart ? ONE_APART : LAYOUTS.get(runs % LAYOUTS.size());
            LaunchPlan plan = EmulatedRun.plan(named.operator(), shape);
            double used = budget.check(
                    named.name() + " " + layout,
                    EmulatedRun.of(example, layout, plan).outputs());
            worst = Math.max(worst, used);
            runs++;
        }
        Files.writeString(
                Path.of("target", "emulated-" + shape.entryPoint() + ".txt"),
                String.format(
                        Locale.ROOT,
                        "%s: %d launches, worst error %.2f of its budget%n",
                        shape.entryPoint(),
                        runs,
                        worst));
    }

    static List<EntryPointShape> shapes() {
        return EntryPointShape.all();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void takesTheMatrixInstructionsThatThePlanCountsAndHasNoBankConflicts(EntryPointShape shape) {
        for (NamedCase named : lintCases(shape)) {
            Example example = Example.random(named);
            LaunchPlan plan = EmulatedRun.plan(named.operator(), shape);
            LaunchReport report = EmulatedRun.of(example, LAYOUTS.get(0), plan).report();
            // a matrix instruction is 16 queries x 8 keys x 16 dims, or as much of the second product;
            // of float32 three are 16 x 8 x 8
            long instructions = shape.dtype() == DType.FLOAT32 ? 3 * 2 : 1;
            long pairs = plan.visitedPairs() * named.operator().heads() * named.batch();
            assertThat(report.mma()).as(named.name()).isEqualTo(instructions * 2 * pairs * shape.dim() / (16 * 8 * 16));
            assertThat(report.sharedWavefronts()).as(named.name()).isEqualTo(report.sharedRequests());
            assertThat(report.asyncCopyWavefronts()).as(named.name()).isEqualTo(report.asyncCopyRequests());
            if (!shape.bias()) {
                // 32 lanes of 16 bytes fill 16 sectors; a bias is gathered
                assertThat(report.globalSectors()).as(named.name()).isLessThanOrEqualTo(16 * report.globalRequests());
            }
        }
    }

    private static List<NamedCase> lintCases(EntryPointShape shape) {
        return EntryPointCases.of(shape).stream()
                .filter(named -> named.name().contains("several tiles")
                        || named.name().contains("2 axes, primes")
                        || named.name().contains("3 axes, primes")
                        || named.name().contains("tokens: " + (shape.keys() + 13)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("halos")
    void rowsThatABlockTakesInTurnHaveTheBitsOfThoseOfBlocksOfTheirOwn(EntryPointShape shape) {
        DeviceLimits large = KnownDevice.H200.limits();
        for (NamedCase named : EntryPointCases.of(shape)) {
            if (named.name().contains("rows in turn")) {
                LaunchPlan inTurn = EmulatedRun.plan(named.operator(), shape);
                LaunchPlan alone = new LaunchPlan(named.operator(), shape, inTurn.axes(), inTurn.boxes(), large);
                assertThat(inTurn.launch(named.batch()).gridZ()).isLessThan(named.batch());
                assertThat(alone.launch(named.batch()).gridZ()).isEqualTo(named.batch());
                Example example = Example.random(named);
                EmulatedRun.of(example, LAYOUTS.get(1), inTurn)
                        .outputs()
                        .assertSameBits(
                                EmulatedRun.of(example, LAYOUTS.get(1), alone).outputs(), named.name());
            }
        }
    }

    static List<EntryPointShape> halos() {
        return EntryPointShape.all().stream()
                .filter(shape -> shape.family() == Family.HALO)
                .toList();
    }

    static List<EntryPointShape> shapesOfDim32WithBias() {
        return EntryPointShape.all().stream()
                .filter(shape -> shape.dim() == 32 && shape.bias())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("shapesOfDim32WithBias")
    void aValueThatIsNotFiniteReachesOnlyTheQueriesThatSeeIt(EntryPointShape shape) {
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
                .dtype(shape.dtype())
                .build();
        LaunchPlan plan = EmulatedRun.plan(operator, shape);
        Example clean = Example.random(new NamedCase("not finite", operator, 2));
        Outputs unspoilt = EmulatedRun.of(clean, LAYOUTS.get(0), plan).outputs();
        for (String port : List.of("query", "key", "value")) {
            for (float poison : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                Example poisoned = clean.with(port, clean.input(port).length / 2 + 3, poison);
                Outputs expected = Outputs.of(reference, poisoned.inFloat32(), 1);
                Outputs actual = EmulatedRun.of(poisoned, LAYOUTS.get(0), plan).outputs();
                for (String output : List.of("output", "logSumExp")) {
                    assertSameWhereFinite(poison + " in " + port, expected, actual, unspoilt, output);
                }
            }
        }
    }

    /** What is a number in the reference is one here, and where the poison is not seen it is the number of the clean run. */
    private static void assertSameWhereFinite(
            String what, Outputs expected, Outputs actual, Outputs unspoilt, String name) {
        float[] want = expected.get(name);
        float[] got = actual.get(name);
        float[] clean = unspoilt.get(name);
        for (int i = 0; i < want.length; i++) {
            String place = what + ": " + name + "[" + i + "], reference " + want[i];
            assertThat(Float.isFinite(got[i])).as(place + " got " + got[i]).isEqualTo(Float.isFinite(want[i]));
            if (Float.isNaN(want[i])) {
                assertThat(got[i]).as(place).isNaN();
            } else if (Float.isFinite(want[i]) && what.endsWith("value")) {
                assertThat(got[i]).as(place).isCloseTo(clean[i], Offset.offset(0.03f));
            }
        }
    }

    static List<EntryPointShape> shapesOfFloat32() {
        return EntryPointShape.all().stream()
                .filter(shape -> shape.dtype() == DType.FLOAT32)
                .toList();
    }

    static List<EntryPointShape> shapesOfFloat32WithDim32() {
        return shapesOfFloat32().stream().filter(shape -> shape.dim() == 32).toList();
    }

    /** Sums that an instruction cuts off would lose more with every key, all in one direction. */
    @ParameterizedTest
    @MethodSource("shapesOfFloat32WithDim32")
    void aThousandKeysAreMixedAsExactlyAsByMultiplyAdds(EntryPointShape shape) {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(1100)
                .kernelSize(1024)
                .headDim(32)
                .relativePositionBias(shape.bias())
                .build();
        Example example = Example.random(new NamedCase("a thousand keys", operator, 1));
        float[] values = example.input("value");
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + Math.abs(values[i]);
        }
        LaunchPlan plan = EmulatedRun.plan(operator, shape);
        float[] want = Outputs.of(reference, example, 1).get("output");
        float[] got = EmulatedRun.of(example, LAYOUTS.get(0), plan).outputs().get("output");
        double error = 0;
        double norm = 0;
        for (int i = 0; i < want.length; i++) {
            error += ((double) got[i] - want[i]) * ((double) got[i] - want[i]);
            norm += (double) want[i] * want[i];
        }
        assertThat(Math.sqrt(error / norm)).isLessThan(5e-7); // of multiply-adds 4.7e-7
    }

    /** The upper part of a number close to the largest is infinite, that of some NaN a number. */
    @ParameterizedTest
    @MethodSource("shapesOfFloat32")
    void whatPartsOfFloat32CannotHoldIsComputedWhole(EntryPointShape shape) {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(23)
                .kernelSize(9)
                .headDim(shape.dim())
                .additionalTokens(2)
                .relativePositionBias(shape.bias())
                .logSumExp(true)
                .build();
        LaunchPlan plan = EmulatedRun.plan(operator, shape);
        Example clean = Example.random(new NamedCase("parts", operator, 1));
        for (String factor : List.of("query", "key", "additionalKeys")) {
            float[] values = clean.input(factor);
            for (int i = 0; i < values.length; i++) {
                values[i] *= 0.1f; // whose products with the largest number are no larger
            }
        }
        for (String port : List.of("query", "key", "value", "additionalKeys", "additionalValues")) {
            for (int bits : new int[] {0x7f7fffff, 0xff7ff000, 0x7fffffff, 0xffffffff}) {
                Example poisoned = clean.with(port, shape.dim() + 3, Float.intBitsToFloat(bits));
                assertSame(
                        String.format("0x%08x in %s", bits, port),
                        Outputs.of(reference, poisoned, 1),
                        EmulatedRun.of(poisoned, LAYOUTS.get(0), plan).outputs());
            }
        }
    }

    private static void assertSame(String what, Outputs expected, Outputs actual) {
        for (String output : List.of("output", "logSumExp")) {
            float[] want = expected.get(output);
            for (int i = 0; i < want.length; i++) {
                assertSame(what + ": " + output + "[" + i + "]", want[i], actual.get(output)[i]);
            }
        }
    }

    private static void assertSame(String place, float want, float got) {
        if (Float.isNaN(want)) {
            assertThat(got).as(place).isNaN();
        } else {
            assertThat(got).as(place).isCloseTo(want, Offset.offset(Math.max(1e-5f, Math.abs(want) * 1e-5f)));
        }
    }

    @Test
    void allRowsOfOneKindAreMeans() {
        for (EntryPointShape shape : EntryPointShape.all()) {
            NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(9, 10)
                    .kernelSize(4)
                    .headDim(shape.dim())
                    .relativePositionBias(shape.bias())
                    .scale(0)
                    .dtype(shape.dtype())
                    .build();
            Example example = Example.random(new NamedCase("ones", operator, 1));
            Arrays.fill(example.input("value"), 1);
            LaunchPlan plan = EmulatedRun.plan(operator, shape);
            assertThat(EmulatedRun.of(example, LAYOUTS.get(0), plan).outputs().get("output"))
                    .as(shape.toString())
                    .usingComparatorWithPrecision(shape.dtype() == DType.FLOAT32 ? 1e-6f : 1e-2f)
                    .containsOnly(1);
        }
    }
}
