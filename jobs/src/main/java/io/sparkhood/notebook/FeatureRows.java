package io.sparkhood.notebook;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.image.FrameDirectory;
import io.sparkhood.image.PictureReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Pictures, frames and feature maps as rows of tensor columns, {@code struct<shape, dtype, data>} of float32. */
public final class FeatureRows {
    private FeatureRows() {}

    /**
     * One row per PNG or JPEG file: {@code name} (string, without directory) and {@code picture} (tensor {@code [height,
     * width, 1, colors]}, grey levels 0 to 255). Read on the driver: for the few pictures of a notebook.
     *
     * @throws IOException if a file cannot be read as a picture
     */
    public static Dataset<Row> readPictures(SparkSession spark, Path... files) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Path file : files) {
            rows.add(row(file, FeatureMap.of(PictureReader.read(file))));
        }
        return named(spark, rows, "picture");
    }

    /**
     * One row for a directory of numbered pictures: {@code name} (string) and {@code video} (tensor {@code [frames, height,
     * width, 1, colors]}, grey levels 0 to 255).
     *
     * @throws IOException if the directory holds no frames, or they differ in size
     */
    public static Dataset<Row> readFrames(SparkSession spark, Path directory) throws IOException {
        List<FeatureMap> frames = FrameDirectory.read(
                        FrameDirectory.of(directory).files())
                .stream()
                .map(FeatureMap::of)
                .toList();
        return named(spark, List.of(row(directory, FeatureMap.stack(frames))), "video");
    }

    private static Row row(Path file, FeatureMap map) {
        return RowFactory.create(String.valueOf(file.getFileName()), map.tensor());
    }

    private static Dataset<Row> named(SparkSession spark, List<Row> rows, String column) {
        return spark.createDataFrame(
                rows, new StructType().add("name", DataTypes.StringType).add(column, TensorStruct.SCHEMA));
    }

    /** One row of feature maps with one head, a tensor column for each name, in the order of the names. */
    public static Dataset<Row> of(SparkSession spark, Map<String, FeatureMap> columns) {
        return of(spark, List.of(columns), 1);
    }

    /**
     * Rows of feature maps, a tensor column for each name, in the order of the names.
     *
     * @param heads a divisor of each map's dim
     * @throws IllegalArgumentException if there is no row, or a row has other names than the first
     */
    public static Dataset<Row> of(SparkSession spark, List<Map<String, FeatureMap>> rows, int heads) {
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("a DataFrame of feature maps needs at least one row");
        }
        SortedMap<String, FeatureMap> first = new TreeMap<>(rows.get(0));
        StructType schema = new StructType();
        for (String name : first.keySet()) {
            schema = schema.add(name, TensorStruct.SCHEMA);
        }
        List<Row> tensors = new ArrayList<>();
        for (Map<String, FeatureMap> row : rows) {
            if (!row.keySet().equals(first.keySet())) {
                throw new IllegalArgumentException("all rows must have the columns " + first.keySet() + ", but one has "
                        + new TreeMap<>(row).keySet());
            }
            tensors.add(RowFactory.create(new TreeMap<>(row)
                    .values().stream().map(map -> map.tensor(heads)).toArray()));
        }
        return spark.createDataFrame(tensors, schema);
    }

    /** The feature map in a tensor column of the first row. */
    public static FeatureMap first(Dataset<Row> rows, String column) {
        return FeatureMap.of(rows.select(rows.col(column)).first().getStruct(0));
    }
}
