package io.sparkhood.ml;

import static io.sparkhood.ml.AttentionFrames.floats;
import static io.sparkhood.ml.AttentionFrames.frame;
import static io.sparkhood.ml.AttentionFrames.reference;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.contract.ErrorBudget;
import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.column.TensorForm;
import io.sparkhood.column.TensorStruct;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Transformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NeighborhoodScoresTest extends StageContract {
    @Override
    protected Transformer stage() {
        return new NeighborhoodScores()
                .setQueryCol("q")
                .setKeyCol("k")
                .setOutputCol("out")
                .setAdditionalKeyCol("ak")
                .setScale(0.25)
                .setRelativePositionBias(new double[2][5 * 3])
                .setRunTimeCol("runTime")
                .setFeatureMap(5, 6)
                .setHeads(2)
                .setKeyValueHeads(1)
                .setKernelSize(3, 2)
                .setStride(2, 1)
                .setDilation(1, 2)
                .setCausalAxes(1)
                .setBackend("cpu")
                .setImplementation("gemm")
                .setBackendThreads(2)
                .setMaxBatchBytes(10_000)
                .setScratchBytes(1 << 20)
                .setDeviceMemoryBytes(1 << 30)
                .setKeepInputCols(false)
                .setHandleInvalid("keep")
                .setErrorCol("error")
                .setCheckFinite(true);
    }

    @Override
    protected Dataset<Row> input() {
        return frame(example(), "array", "array", "struct", "struct", "array");
    }

    static Example example() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(5, 6)
                .heads(2)
                .keyValueHeads(1)
                .headDim(4)
                .valueDim(3)
                .kernelSize(3, 2)
                .additionalTokens(2)
                .build();
        return Example.random(new NamedCase("halves", operator, 5));
    }

    private static NeighborhoodScores scores() {
        return new NeighborhoodScores()
                .setQueryCol("q")
                .setKeyCol("k")
                .setFeatureMap(5, 6)
                .setHeads(2)
                .setKernelSize(3, 2);
    }

    private static NeighborhoodAggregate aggregate() {
        return new NeighborhoodAggregate()
                .setWeightsCol("scores")
                .setValueCol("v")
                .setFeatureMap(5, 6)
                .setHeads(2)
                .setKernelSize(3, 2)
                .setNormalization("softmax");
    }

    @ParameterizedTest
    @ValueSource(strings = {"array", "struct", "vector"})
    void softmaxAndAggregateMakeAttentionOfThem(String form) {
        Example example = example();
        Dataset<Row> frame = frame(example, form, form, form, form, form);
        Dataset<Row> scored =
                scores().setKeyValueHeads(1).setAdditionalKeyCol("ak").transform(frame);
        assertThat(TensorForm.of(scored.schema().apply("scores").dataType()))
                .isEqualTo(TensorForm.of(scored.schema().apply("q").dataType()));
        List<Row> rows = aggregate()
                .setKeyValueHeads(1)
                .setAdditionalValueCol("av")
                .transform(scored)
                .collectAsList();
        for (int row = 0; row < example.batch(); row++) {
            Example alone = example.row(row);
            Outputs actual = new Outputs(Map.of("output", floats(rows.get(row).getAs("output"))));
            ErrorBudget.of(alone, reference(alone)).check(form, actual);
            assertThat(floats(rows.get(row).getAs("scores"))).hasSize(5 * 6 * 2 * (3 * 2 + 2));
        }
    }

    @Test
    void theirShapeAndTypeTravelInAStruct() {
        Row scores = scores().setKeyValueHeads(1)
                .setAdditionalKeyCol("ak")
                .transform(frame(example(), "struct", "struct", "struct", "struct", "struct"))
                .select("scores")
                .first()
                .getStruct(0);
        assertThat(TensorStruct.shape(scores)).containsExactly(5, 6, 2, 8);
        assertThat(scores.<String>getAs("dtype")).isEqualTo("float32");
    }

    /** A user's own mask between the halves: what scores below 0 is not attended to. */
    @Test
    void canBeMaskedInBetween() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(4)
                .headDim(1)
                .kernelSize(4)
                .scale(1)
                .build();
        Example example = new Example(
                operator,
                1,
                Map.of(
                        "query", new float[] {1, 1, 1, 1},
                        "key", new float[] {0, -1, 0, -1},
                        "value", new float[] {1, 100, 3, 100}),
                Parameters.NONE);
        Dataset<Row> scored = new NeighborhoodScores()
                .setQueryCol("q")
                .setKeyCol("k")
                .setFeatureMap(4)
                .setHeads(1)
                .setKernelSize(4)
                .setScale(1)
                .transform(frame(example, "array", "array", "array"));
        Dataset<Row> masked = scored.withColumn(
                "scores",
                transform(
                        col("scores"),
                        score -> when(score.lt(0), lit(Float.NEGATIVE_INFINITY)).otherwise(score)));
        Row result = new NeighborhoodAggregate()
                .setWeightsCol("scores")
                .setValueCol("v")
                .setFeatureMap(4)
                .setHeads(1)
                .setKernelSize(4)
                .setNormalization("softmax")
                .transform(masked)
                .first();
        assertThat(floats(result.getAs("output"))).containsExactly(2, 2, 2, 2);
    }

    @Test
    void everyMessageNamesColumnAndCure() {
        Dataset<Row> frame = frame(example(), "array", "struct", "array", "array", "array");
        assertThatThrownBy(() -> new NeighborhoodScores()
                        .setQueryCol("q")
                        .setKeyCol("k")
                        .setKernelSize(3)
                        .transform(frame))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("featureMap is required: column 'q' is array<float>, which carries no shape");
        assertThatThrownBy(() -> scores().setOutputCol("v").transform(frame))
                .hasMessage("outputCol: column 'v' exists already; choose another name or drop that column first");
        assertThatThrownBy(() -> scores().setImplementation("quick"))
                .hasMessageContaining("implementation given invalid value quick");
        assertThatThrownBy(() -> scores().setKeyValueHeads(1)
                        .setBackend("cpu")
                        .setImplementation("fused")
                        .transform(frame)
                        .collect())
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .rootCause()
                .hasMessage("no backend can run this (backend=cpu):\n  cpu: refuses: it has no fused implementation of "
                        + "NeighborhoodScoresOperator: fused attention keeps neither scores nor weights; choose "
                        + "implementation=auto, gemm or naive");
    }
}
