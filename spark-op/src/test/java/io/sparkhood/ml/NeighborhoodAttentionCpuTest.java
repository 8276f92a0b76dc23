package io.sparkhood.ml;

import static io.sparkhood.ml.AttentionFrames.floats;
import static io.sparkhood.ml.AttentionFrames.frame;
import static io.sparkhood.ml.AttentionFrames.reference;
import static io.sparkhood.ml.AttentionFrames.small;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.contract.ErrorBudget;
import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stage as users get it: backend auto, which is the cpu here, every option, several threads and batches. */
class NeighborhoodAttentionCpuTest {
    private static final double[][] BIAS = new double[4][5 * 7];

    private static NeighborhoodAttention stage() {
        return new NeighborhoodAttention()
                .setQueryCol("q")
                .setKeyCol("k")
                .setValueCol("v")
                .setAdditionalKeyCol("ak")
                .setAdditionalValueCol("av")
                .setLogSumExpCol("lse")
                .setFeatureMap(9, 11)
                .setHeads(4)
                .setKeyValueHeads(2)
                .setKernelSize(3, 4)
                .setStride(2, 1)
                .setDilation(1, 2)
                .setCausalAxes(1)
                .setScale(0.4);
    }

    @ParameterizedTest
    @CsvSource({
        "array, 1, 67108864, 8388608",
        "struct, 2, 30000, 8388608",
        "vector, 4, 1, 8388608",
        "struct, 3, 67108864, 100000"
    })
    void everyOptionWithinTheErrorBudget(String form, int threads, long maxBatchBytes, long scratchBytes) {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(9, 11)
                .heads(4)
                .keyValueHeads(2)
                .headDim(20)
                .valueDim(6)
                .kernelSize(3, 4)
                .stride(2, 1)
                .dilation(1, 2)
                .causalAxes(1)
                .scale(0.4)
                .additionalTokens(3)
                .relativePositionBias(true)
                .logSumExp(true)
                .build();
        Example example = Example.random(new NamedCase("cpu stage", operator, 11));
        float[] flat = example.parameters().require(operator.parameters().get(0));
        for (int i = 0; i < flat.length; i++) {
            BIAS[i / 35][i % 35] = flat[i];
        }
        List<Row> rows = stage().setRelativePositionBias(BIAS)
                .setBackendThreads(threads)
                .setMaxBatchBytes(maxBatchBytes)
                .setScratchBytes(scratchBytes)
                .transform(frame(example, form, form, form, form, form).coalesce(2))
                .orderBy("id")
                .collectAsList();
        assertThat(rows).hasSize(11);
        for (int row = 0; row < 11; row++) {
            Example alone = example.row(row);
            Outputs actual = new Outputs(Map.of(
                    "output",
                    floats(rows.get(row).getAs("output")),
                    "logSumExp",
                    floats(rows.get(row).getAs("lse"))));
            ErrorBudget.of(alone, reference(alone)).check("row " + row, actual);
        }
    }

    @Test
    void aKilledTaskEndsItsRun() throws Exception {
        NeighborhoodAttentionOperator operator =
                small(500, 500).heads(1).kernelSize(201).build();
        Example example = Example.random(new NamedCase("killed", operator, 1));
        Dataset<Row> slow = new NeighborhoodAttention()
                .setQueryCol("q")
                .setKeyCol("k")
                .setValueCol("v")
                .setKernelSize(201)
                .setBackend("reference") // ten billion pairs: minutes of work on any machine
                .transform(frame(example, "struct", "struct", "struct"))
                .select(col("output"));
        var context = LocalSpark.SESSION.sparkContext();
        var driver = Executors.newSingleThreadExecutor();
        try {
            Future<?> job = driver.submit(() -> {
                context.setJobGroup("killed", "a job to cancel", false);
                slow.collectAsList();
            });
            waitUntil(() -> lanesAtWork() > 0 || job.isDone());
            assertThat(job.isDone()).as("ended before it could be killed").isFalse();
            context.cancelJobGroup("killed");
            assertThatThrownBy(() -> job.get(60, TimeUnit.SECONDS)).hasMessageContaining("cancel");
            waitUntil(() -> lanesAtWork() == 0);
            assertThat(lanesAtWork()).as("threads still in a plan").isZero();
        } finally {
            driver.shutdownNow();
        }
    }

    /** Waits for what will come for sure, however slow the machine; gives up after a minute. */
    private static void waitUntil(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1200 && !condition.getAsBoolean(); i++) {
            Thread.sleep(50);
        }
    }

    private static long lanesAtWork() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Arrays.stream(stack)
                        .anyMatch(frame -> frame.getClassName().startsWith("io.sparkhood.cpu.ReferencePlan")))
                .count();
    }
}
