package io.sparkhood.cluster;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.ml.NeighborhoodAttention;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Feature maps made from the id of their row alone, so that any task of any executor makes the same; two sizes alternate. */
final class SeededMaps {
    private static final int HEADS = 2;
    private static final int HEAD_DIM = 8;
    private static final int LARGE = 400;

    /** Columns id, query, key, value. */
    static final StructType SCHEMA = new StructType()
            .add("id", DataTypes.LongType, false)
            .add("query", TensorStruct.SCHEMA, false)
            .add("key", TensorStruct.SCHEMA, false)
            .add("value", TensorStruct.SCHEMA, false);

    private SeededMaps() {}

    /** Bytes of the three inputs and the output of the larger of the two sizes. */
    static final long LARGER_ROW_BYTES = 4L * Float.BYTES * 12 * 11 * HEADS * HEAD_DIM;

    /** Bytes of the three inputs and the output of a large row. */
    static final long LARGE_ROW_BYTES = 4L * Float.BYTES * LARGE * LARGE * HEADS * HEAD_DIM;

    /** Rows 0 to {@code rows - 1}. */
    static Dataset<Row> frame(SparkSession spark, long rows, int partitions) {
        return frame(spark, rows, partitions, id -> {});
    }

    /** Something done by the task that reads a row, before the stage sees it. */
    @FunctionalInterface
    interface OnRow extends java.io.Serializable {
        void accept(long id) throws Exception;
    }

    /** Rows 0 to {@code rows - 1}, with something done at each of them. */
    static Dataset<Row> frame(SparkSession spark, long rows, int partitions, OnRow action) {
        return spark.range(0, rows, 1, partitions)
                .map(
                        (MapFunction<Long, Row>) id -> {
                            action.accept(id);
                            return row(id);
                        },
                        Encoders.row(SCHEMA));
    }

    /** So many rows of large maps, one per partition, for runs that last. */
    static Dataset<Row> large(SparkSession spark, int rows, OnRow action) {
        return spark.range(0, rows, 1, rows)
                .map(
                        (MapFunction<Long, Row>) id -> {
                            action.accept(id);
                            Random random = new Random(id);
                            Row tensor = tensor(random, LARGE, LARGE);
                            return RowFactory.create(id, tensor, tensor, tensor);
                        },
                        Encoders.row(SCHEMA));
    }

    private static Row row(long id) {
        Random random = new Random(0x5eed ^ id);
        int height = id % 2 == 0 ? 9 : 12;
        return RowFactory.create(
                id, tensor(random, height, 11), tensor(random, height, 11), tensor(random, height, 11));
    }

    private static Row tensor(Random random, int height, int width) {
        float[] values = new float[height * width * HEADS * HEAD_DIM];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return TensorStruct.of(values, height, width, HEADS, HEAD_DIM);
    }

    /** The stage on the cpu backend, a few rows at a time. */
    static NeighborhoodAttention stage() {
        return new NeighborhoodAttention()
                .setKernelSize(5, 4)
                .setBackend("cpu")
                .setKeepInputCols(false)
                .setMaxBatchBytes(5 * LARGER_ROW_BYTES);
    }

    /** The bytes of the outputs by id; fails if an id comes twice. */
    static Map<Long, ByteBuffer> outputs(Dataset<Row> attended) {
        Map<Long, ByteBuffer> outputs = new TreeMap<>();
        for (Row row : attended.select("id", "output.data").collectAsList()) {
            if (outputs.put(row.getLong(0), ByteBuffer.wrap(row.<byte[]>getAs(1))) != null) {
                throw new AssertionError("row " + row.getLong(0) + " came twice");
            }
        }
        return outputs;
    }
}
