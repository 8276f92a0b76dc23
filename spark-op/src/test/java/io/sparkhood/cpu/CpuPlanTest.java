package io.sparkhood.cpu;

import static io.sparkhood.operator.NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every option at random against the reference backend, with every arithmetic; numbers that are not finite; threads. */
class CpuPlanTest {
    private static final long SEED = Long.getLong("sparkhood.testSeed", 20261121);
    private static final int TOKENS = 12 * 11;
    private static final int DIM = 5;

    static List<TileMath> maths() {
        List<TileMath> maths = new ArrayList<>(List.of(new PlainTileMath()));
        if (VectorSupport.detected().lanes() > 0) {
            maths.add(VectorSupport.detected().math());
        }
        return maths;
    }

    @ParameterizedTest
    @MethodSource("maths")
    void agreesWithTheReferenceForRandomOperators(TileMath math) {
        assertThat(WidthCheck.firstDifference(math, SEED, 250)).isEmpty();
    }

    /** Larger than random operators are: tiles one below the other, of fewer planes on z for each query than for all. */
    @ParameterizedTest
    @MethodSource("maths")
    void agreesWithTheReferenceWhereTilesHaveSeveralPlacesOnZ(TileMath math) {
        var operator = NeighborhoodAttentionOperator.on(4, 20, 20)
                .kernelSize(3, 5, 5)
                .heads(4)
                .headDim(32)
                .build();
        try (Backend backend = new CpuBackend(math, BackendOptions.DEFAULT);
                Plan plan = backend.plan(operator, 1, Parameters.NONE)) {
            assertThat(plan.describe()).startsWith("cpu: tiles of 4 x 2 x ");
            assertThat(new RandomAttention(operator, 1, new Random(SEED)).firstDifference(backend, 1))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "512, vectors of 16 floats",
        "256, vectors of 8 floats",
        "128, vectors of 4 floats",
        "64, plain Java",
        "0, plain Java"
    })
    void agreesWithTheReferenceWhateverTheWidth(int bits, String arithmetic) throws Exception {
        assertThat(inFreshJvm(bits, WidthCheck.class, Long.toString(SEED), "60"))
                .isEqualTo(arithmetic);
    }

    /** What a program prints in a JVM of its own whose vectors have this many bits at most. */
    static String inFreshJvm(int bits, Class<?> program, String... arguments) throws Exception {
        return inFreshJvm(bits, List.of(), program, arguments);
    }

    /** As above, with options for that JVM. */
    static String inFreshJvm(int bits, List<String> options, Class<?> program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of(
                "--add-modules=jdk.incubator.vector",
                "-D" + VectorSupport.PROPERTY + "=" + bits,
                "-cp",
                home(CpuPlan.class) + File.pathSeparator + home(program),
                program.getName()));
        command.addAll(List.of(arguments));
        Process java = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String printed = new String(java.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(java.waitFor()).isZero();
        return printed;
    }

    private static Path home(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static NeighborhoodAttentionOperator.Builder small() {
        return NeighborhoodAttentionOperator.on(12, 11).headDim(DIM).kernelSize(3);
    }

    /** Output of two rows whose inputs are drawn from one seed, with one number replaced. */
    private static float[] run(TileMath math, String port, int index, float number) {
        NeighborhoodAttentionOperator operator = small().build();
        try (Backend backend = new CpuBackend(math, BackendOptions.DEFAULT);
                Plan plan = backend.plan(operator, 2, Parameters.NONE);
                HostLane lane = new HostLane(1)) {
            poisonScratch(lane, plan);
            Random random = new Random(1);
            float[][] arrays = new float[4][];
            for (int i = 0; i < 3; i++) {
                arrays[i] = RandomAttention.gaussian(random, 2 * TOKENS * DIM);
            }
            List<String> names = List.of("query", "key", "value", "output");
            arrays[names.indexOf(port)][index] = number;
            Tensor[] tensors = new Tensor[4];
            for (int i = 0; i < 4; i++) {
                tensors[i] = lane.tensor(DType.FLOAT32, 2 * TOKENS * DIM);
                if (i < 3) {
                    lane.staging(tensors[i]).write(0, arrays[i], 0, arrays[i].length);
                }
            }
            Map<String, Tensor> bound =
                    Map.of("query", tensors[0], "key", tensors[1], "value", tensors[2], "output", tensors[3]);
            plan.run(lane, 2, BoundTensors.of(plan, 2, bound));
            float[] output = new float[2 * TOKENS * DIM];
            lane.staging(tensors[3]).read(0, output, 0, output.length);
            return output;
        }
    }

    /** What an earlier run may have left behind. */
    private static void poisonScratch(HostLane lane, Plan plan) {
        Arrays.fill(lane.scratch(0, (int) (plan.scratchBytes() / 4)), Float.NaN);
    }

    @ParameterizedTest
    @MethodSource("maths")
    void aNumberThatIsNotFiniteReachesItsOwnRowOnly(TileMath math) {
        float[] clean = run(math, "query", 0, 0.5f);
        int token = 6 * 11 + 5;
        for (String port : List.of("query", "key", "value")) {
            for (float number : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                float[] output = run(math, port, token * DIM + 2, number);
                assertThat(Arrays.copyOfRange(output, TOKENS * DIM, 2 * TOKENS * DIM))
                        .as(port + " " + number)
                        .isEqualTo(Arrays.copyOfRange(clean, TOKENS * DIM, 2 * TOKENS * DIM));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void aKeyOfNanReachesAllQueriesThatSeeIt(TileMath math) {
        int key = 6 * 11 + 5;
        float[] output = run(math, "key", key * DIM, Float.NaN);
        for (int token :
                new int[] {key - 12, key - 11, key - 10, key - 1, key, key + 1, key + 10, key + 11, key + 12}) {
            assertThat(output[token * DIM]).isNaN();
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void aBiasOfMinusInfinityMasks(TileMath math) {
        NeighborhoodAttentionOperator operator =
                small().relativePositionBias(true).valueDim(1).build();
        float[] bias = new float[25];
        Arrays.fill(bias, Float.NEGATIVE_INFINITY);
        bias[12] = 3;
        try (Backend backend = new CpuBackend(math, BackendOptions.DEFAULT);
                Plan plan = backend.plan(operator, 1, Parameters.of(RELATIVE_POSITION_BIAS, bias));
                HostLane lane = new HostLane(1)) {
            float[] values = RandomAttention.gaussian(new Random(2), TOKENS);
            Tensor query = lane.tensor(DType.FLOAT32, TOKENS * DIM);
            Tensor value = lane.tensor(DType.FLOAT32, TOKENS);
            Tensor output = lane.tensor(DType.FLOAT32, TOKENS);
            lane.staging(value).write(0, values, 0, TOKENS);
            plan.run(
                    lane,
                    1,
                    BoundTensors.of(plan, 1, Map.of("query", query, "key", query, "value", value, "output", output)));
            float[] seen = new float[TOKENS];
            lane.staging(output).read(0, seen, 0, TOKENS);
            // each query is left with itself
            assertThat(seen).usingComparatorWithPrecision(1e-6f).containsExactly(values);
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void theNumberOfThreadsDoesNotChangeABit(TileMath math) {
        for (int i = 0; i < 20; i++) {
            RandomAttention problem = new RandomAttention(new Random(SEED + 1000 + i));
            try (Backend backend = new CpuBackend(math, BackendOptions.DEFAULT)) {
                Map<String, float[]> one = problem.on(backend, 1);
                problem.on(backend, 3)
                        .forEach((name, values) -> assertThat(values).isEqualTo(one.get(name)));
            }
        }
    }

    @Test
    void aCancelledLaneStops() {
        try (Backend backend = new CpuBackend(new PlainTileMath(), BackendOptions.DEFAULT);
                Plan plan = backend.plan(small().build(), 1, Parameters.NONE);
                HostLane lane = new HostLane(2)) {
            Tensor tensor = lane.tensor(DType.FLOAT32, TOKENS * DIM);
            BoundTensors tensors =
                    BoundTensors.of(plan, 1, Map.of("query", tensor, "key", tensor, "value", tensor, "output", tensor));
            lane.cancel();
            assertThatThrownBy(() -> plan.run(lane, 1, tensors)).isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void scratchDoesNotGrowWithTheMap() {
        assertThat(scratchBytes(400, 400)).isEqualTo(scratchBytes(4000, 4000)).isLessThanOrEqualTo(8 << 20);
    }

    private static long scratchBytes(Integer... featureMap) {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(featureMap)
                .kernelSize(7)
                .logSumExp(true)
                .build();
        try (Backend backend = new CpuBackend(new PlainTileMath(), BackendOptions.DEFAULT);
                Plan plan = backend.plan(operator, 1, Parameters.NONE)) {
            return plan.scratchBytes();
        }
    }

    @Test
    void describesItsTiles() {
        try (Backend backend = new CpuBackend(new PlainTileMath(), BackendOptions.DEFAULT);
                Plan plan = backend.plan(small().build(), 1, Parameters.NONE)) {
            assertThat(plan.describe())
                    .isEqualTo(
                            "cpu: tiles of 4 x 3 patches of 4 x 4 queries, up to 132 keys packed at once, plain Java");
        }
    }
}
