package io.sparkhood.ml;

import static io.sparkhood.ml.AttentionFrames.floats;
import static io.sparkhood.ml.AttentionFrames.frame;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.ml.Transformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class NeighborhoodAggregateTest extends StageContract {
    @Override
    protected Transformer stage() {
        return new NeighborhoodAggregate()
                .setWeightsCol("scores")
                .setValueCol("v")
                .setOutputCol("out")
                .setAdditionalValueCol("av")
                .setNormalization("softmax")
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
                .setCheckFinite(false); // slots without a key hold -infinity
    }

    @Override
    protected Dataset<Row> input() {
        return scored("struct");
    }

    /** Columns q, k, v, ak, av and their scores. */
    private static Dataset<Row> scored(String valueForm) {
        Dataset<Row> frame = frame(NeighborhoodScoresTest.example(), "array", "array", valueForm, "struct", "struct");
        return new NeighborhoodScores()
                .setQueryCol("q")
                .setKeyCol("k")
                .setAdditionalKeyCol("ak")
                .setFeatureMap(5, 6)
                .setHeads(2)
                .setKeyValueHeads(1)
                .setKernelSize(3, 2)
                .setBackend("reference")
                .transform(frame);
    }

    private static NeighborhoodAggregate aggregate() {
        return new NeighborhoodAggregate()
                .setWeightsCol("scores")
                .setValueCol("v")
                .setFeatureMap(5, 6)
                .setHeads(2)
                .setKernelSize(3, 2);
    }

    @Test
    void theOutputHasTheFormOfTheValues() {
        Dataset<Row> result =
                aggregate().setKeyValueHeads(1).setAdditionalValueCol("av").transform(scored("struct"));
        assertThat(result.schema().apply("output").dataType())
                .isEqualTo(result.schema().apply("v").dataType());
        assertThat(floats(result.first().getAs("output"))).hasSize(5 * 6 * 2 * 3);
    }

    @Test
    void everyMessageNamesColumnAndCure() {
        Dataset<Row> scored = scored("struct");
        assertThatThrownBy(() -> aggregate().setWeightsCol("weight").transform(scored))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weightsCol: there is no column 'weight'; the columns are id, q, k, v, ak, av, scores");
        assertThatThrownBy(() -> aggregate().setNormalization("sigmoid"))
                .hasMessageContaining("normalization given invalid value sigmoid");
        failsWith(
                aggregate(),
                scored,
                "column scores: slots must be 6, the product of kernelSize [3, 2] and one per additional value, 0, but are 8");
        failsWith(
                aggregate(),
                frame(NeighborhoodScoresTest.example(), "array", "array", "struct", "struct", "struct")
                        .withColumn(
                                "scores",
                                struct(
                                        array(lit(5), lit(6), lit(2), lit(1)).as("shape"),
                                        lit("float16").as("dtype"),
                                        lit(new byte[2 * 60]).as("data"))),
                "column scores: weights must be float32 whatever the dtype of the values, but are float16; convert them");
        failsWith(
                aggregate(),
                scored.withColumn("scores", col("q")),
                "column scores: slots must be 6, the product of kernelSize [3, 2] and one per additional value, 0, but are 4");
    }

    private static void failsWith(NeighborhoodAggregate stage, Dataset<Row> frame, String message) {
        assertThatThrownBy(() -> stage.transform(frame.coalesce(1)).collect())
                .rootCause()
                .hasMessage(message);
    }
}
