package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.image.Picture;
import io.sparkhood.image.PngWriter;
import io.sparkhood.ml.NeighborhoodAttention;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureRowsTest {
    private static final SparkSession SPARK = SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 2)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();

    @TempDir
    Path directory;

    private void write(String name, float... levels) throws IOException {
        PngWriter.write(Picture.of(1, levels.length, 1, levels), directory.resolve(name));
    }

    @Test
    void readsPicturesAsTensors() throws IOException {
        write("a.png", 1, 2, 3);
        write("b.png", 4, 5);
        Dataset<Row> rows = FeatureRows.readPictures(SPARK, directory.resolve("a.png"), directory.resolve("b.png"));
        assertThat(rows.columns()).containsExactly("name", "picture");
        List<Row> found = rows.collectAsList();
        assertThat(found).extracting(row -> row.getString(0)).containsExactly("a.png", "b.png");
        FeatureMap second = FeatureMap.of(found.get(1).getStruct(1));
        assertThat(second.extents()).containsExactly(1, 2);
        assertThat(second.values()).containsExactly(4, 5);
        assertThat(TensorStruct.shape(found.get(0).getStruct(1))).containsExactly(1, 3, 1, 1);
    }

    @Test
    void readsFramesInTheOrderOfTheirNumbers() throws IOException {
        write("frame-10.png", 3);
        write("frame-2.png", 2);
        Dataset<Row> rows = FeatureRows.readFrames(SPARK, directory);
        FeatureMap video = FeatureRows.first(rows, "video");
        assertThat(video.extents()).containsExactly(2, 1, 1);
        assertThat(video.values()).containsExactly(2, 3);
    }

    @Test
    void allRowsHaveTheColumnsOfTheFirst() {
        FeatureMap map = FeatureMap.of(new float[2], 1, 2);
        Dataset<Row> rows =
                FeatureRows.of(SPARK, List.of(Map.of("key", map, "a", map), Map.of("a", map, "key", map)), 1);
        assertThat(rows.columns()).containsExactly("a", "key");
        assertThat(rows.count()).isEqualTo(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeatureRows.of(SPARK, List.of(Map.of("b", map, "a", map), Map.of("a", map)), 1))
                .withMessage("all rows must have the columns [a, b], but one has [a]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeatureRows.of(SPARK, List.of(), 1))
                .withMessage("a DataFrame of feature maps needs at least one row");
    }

    @Test
    void refusesATensorWithoutHeads() {
        Dataset<Row> rows = SPARK.createDataFrame(
                List.of(RowFactory.create(TensorStruct.of(new float[2], 1, 2))),
                new StructType().add("flat", TensorStruct.SCHEMA));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeatureRows.first(rows, "flat"))
                .withMessage(
                        "a tensor of a feature map has the shape [*extents, heads, headDim], but this one has [1, 2]");
    }

    @ParameterizedTest
    @CsvSource({"1, 1, -1, 0.5", "1, 2, -1, 0.5", "3, 1, -1, 2", "1, 1, 0, 0.5", "2, 2, 1, 0.1"})
    void anAttentionMapWeighsAsTheReferenceDoes(int stride, int dilation, int causalAxis, double scale) {
        FeatureMap zero = FeatureMap.of(new float[9 * 10 * 3], 3, 9, 10);
        FeatureMap query = zero.withNoise(1, 1);
        FeatureMap key = zero.withNoise(1, 2);
        FeatureMap value = zero.withNoise(1, 3);
        int[] causalAxes = causalAxis < 0 ? new int[0] : new int[] {causalAxis};
        Dataset<Row> attended = new NeighborhoodAttention()
                .setKernelSize(3, 4)
                .setStride(stride)
                .setDilation(dilation)
                .setCausalAxes(causalAxes)
                .setScale(scale)
                .setBackend("reference")
                .transform(FeatureRows.of(SPARK, Map.of("query", query, "key", key, "value", value)));
        FeatureMap output = FeatureRows.first(attended, "output");
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(9, 10)
                .kernelSize(3, 4)
                .stride(stride)
                .dilation(dilation)
                .causalAxes(causalAxes)
                .scale(scale)
                .headDim(3)
                .build();
        for (int token = 0; token < 90; token++) {
            double[] mean = AttentionMap.of(operator, query, key, token / 10, token % 10)
                    .mean(value);
            for (int d = 0; d < 3; d++) {
                assertThat(mean[d])
                        .as("token %d, component %d", token, d)
                        .isCloseTo(output.at(d, token / 10, token % 10), within(1e-6));
            }
        }
    }
}
