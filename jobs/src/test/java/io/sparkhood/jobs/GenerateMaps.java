package io.sparkhood.jobs;

import io.sparkhood.column.TensorStruct;
import java.io.IOException;
import java.util.Random;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Writes a parquet table of random feature maps (id, query, key, value as tensor structs) to try jobs on:
 * {@code GenerateMaps PATH ROWS EXTENT HEADS HEADDIM PARTITIONS}. The same arguments give the same bytes.
 */
public final class GenerateMaps {
    private GenerateMaps() {}

    public static void main(String[] args) throws IOException {
        int extent = Integer.parseInt(args[2]);
        int heads = Integer.parseInt(args[3]);
        int headDim = Integer.parseInt(args[4]);
        try (SparkSession spark =
                SparkSession.builder().appName("generate maps").getOrCreate()) {
            StructType schema = new StructType()
                    .add("id", DataTypes.LongType)
                    .add("query", TensorStruct.SCHEMA)
                    .add("key", TensorStruct.SCHEMA)
                    .add("value", TensorStruct.SCHEMA);
            MapFunction<Long, Row> row = id -> {
                Random random = new Random(id);
                return RowFactory.create(
                        id,
                        map(random, extent, heads, headDim),
                        map(random, extent, heads, headDim),
                        map(random, extent, heads, headDim));
            };
            spark.range(0, Long.parseLong(args[1]), 1, Integer.parseInt(args[5]))
                    .map(row, Encoders.row(schema))
                    .write()
                    .option("compression", "none")
                    .option("parquet.block.size", 16 << 20)
                    .parquet(args[0]);
        }
    }

    private static Row map(Random random, int extent, int heads, int headDim) {
        float[] values = new float[extent * extent * heads * headDim];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return TensorStruct.of(values, extent, extent, heads, headDim);
    }
}
