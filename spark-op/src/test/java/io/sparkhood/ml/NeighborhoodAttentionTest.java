package io.sparkhood.ml;

import static io.sparkhood.ml.AttentionFrames.assertRows;
import static io.sparkhood.ml.AttentionFrames.frame;
import static io.sparkhood.ml.AttentionFrames.plain;
import static io.sparkhood.ml.AttentionFrames.small;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeighborhoodAttentionTest extends StageContract {
    @Override
    protected Transformer stage() {
        return new NeighborhoodAttention()
                .setQueryCol("q")
                .setKeyCol("k")
                .setValueCol("v")
                .setOutputCol("out")
                .setLogSumExpCol("lse")
                .setAdditionalKeyCol("ak")
                .setAdditionalValueCol("av")
                .setRunTimeCol("runTime")
                .setFeatureMap(5, 6)
                .setHeads(2)
                .setKeyValueHeads(1)
                .setKernelSize(3, 2)
                .setStride(2, 1)
                .setDilation(1, 2)
                .setCausalAxes(1)
                .setScale(0.25)
                .setRelativePositionBias(new double[2][5 * 3])
                .setBackend("cpu")
                .setImplementation("naive")
                .setBackendThreads(2)
                .setMaxBatchBytes(10_000)
                .setScratchBytes(20_000)
                .setDeviceMemoryBytes(1 << 30)
                .setKeepInputCols(false)
                .setHandleInvalid("keep")
                .setErrorCol("error")
                .setCheckFinite(true);
    }

    @Override
    protected Dataset<Row> input() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(5, 6)
                .heads(2)
                .keyValueHeads(1)
                .headDim(4)
                .valueDim(3)
                .kernelSize(3, 2)
                .additionalTokens(2)
                .build();
        return frame(
                Example.random(new NamedCase("stage", operator, 5)), "array", "array", "struct", "struct", "array");
    }

    @Test
    void takesTheScratchOfTheCpuBackendByDefault() {
        NeighborhoodAttention stage = new NeighborhoodAttention();
        assertThat(stage.getScratchBytes()).isEqualTo(8 << 20);
        assertThat(stage.explainParam(stage.scratchBytes()))
                .isEqualTo("scratchBytes: memory that each thread of the cpu backend may hold beside the tensors, in"
                        + " bytes; an operator that needs more is refused (default: 8388608)");
    }

    @Test
    void runsOnAStream(@TempDir Path folder) throws Exception {
        Example example = Example.random(new NamedCase("stream", small(4, 4).build(), 6));
        Dataset<Row> frame = frame(example, "array", "struct", "array");
        String input = folder.resolve("in").toString();
        frame.write().parquet(input);
        Dataset<Row> stream = plain().setKernelSize(3)
                .setFeatureMap(4, 4)
                .setHeads(2)
                .transform(
                        LocalSpark.SESSION.readStream().schema(frame.schema()).parquet(input));
        var query = stream.writeStream()
                .format("memory")
                .queryName("attended")
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .trigger(Trigger.AvailableNow())
                .start();
        query.awaitTermination();
        assertRows(LocalSpark.SESSION.table("attended").orderBy("id"), example);
    }

    @Test
    void worksUnderACrossValidator() {
        NeighborhoodAttentionOperator operator = small(3).heads(1).headDim(2).build();
        Example example = Example.random(new NamedCase("cv", operator, 24));
        Dataset<Row> frame = frame(example, "vector", "vector", "vector")
                .withColumn("label", col("id").mod(2).cast("double"));
        NeighborhoodAttention attention =
                plain().setKernelSize(3).setFeatureMap(3).setHeads(1).setOutputCol("features");
        var regression = new LogisticRegression().setMaxIter(3);
        var pipeline = new Pipeline().setStages(new PipelineStage[] {attention, regression});
        var grid = new ParamGridBuilder()
                .addGrid(
                        attention.kernelSize(),
                        scala.jdk.javaapi.CollectionConverters.asScala(List.of(new int[] {1}, new int[] {3})))
                .addGrid(attention.scale(), new double[] {0, 1})
                .build();
        assertThat(grid).hasSize(4);
        var model = new CrossValidator()
                .setEstimator(pipeline)
                .setEvaluator(new BinaryClassificationEvaluator())
                .setEstimatorParamMaps(grid)
                .setNumFolds(2)
                .fit(frame);
        assertThat(Arrays.stream(model.avgMetrics()).filter(Double::isFinite)).hasSize(4);
        assertThat(model.transform(frame).count()).isEqualTo(24);
    }
}
