package io.sparkhood.jobs.benchmark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.struct;

import java.nio.file.Path;
import java.util.SplittableRandom;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;
import scala.Tuple3;
import scala.Tuple4;

/** Rows of an id and three feature maps: query, key, value. The same ids have the same maps, whatever the partitions. */
record FeatureMaps(SparkSession session, MapForm form) {
    private static final StructType REST = new StructType().add("id", DataTypes.LongType, false);

    /** Rows made in the tasks. */
    Dataset<Row> generated(int rows, int partitions) {
        MapForm made = form;
        Encoder<Object> map = form.encoder(session);
        MapFunction<Long, Tuple4<Long, Object, Object, Object>> row = id -> {
            SplittableRandom random = new SplittableRandom(id);
            return new Tuple4<>(id, made.map(random), made.map(random), made.map(random));
        };
        return session.range(0, rows, 1, partitions)
                .map(row, Encoders.tuple(Encoders.LONG(), map, map, map))
                .toDF("id", "query", "key", "value");
    }

    /** Rows of a table, written first. */
    Dataset<Row> parquet(int rows, int partitions, Path table) {
        generated(rows, partitions)
                .write()
                .option("compression", "none")
                .option("parquet.block.size", 16 << 20)
                .parquet(table.toUri().toString());
        return session.read().parquet(table.toUri().toString());
    }

    /** The rows through a mapPartitions that does nothing, in the stage's own encoders. */
    Dataset<Row> identity(Dataset<Row> maps) {
        Encoder<Object> map = form.encoder(session);
        Encoder<Tuple2<Row, Tuple3<Object, Object, Object>>> typed =
                Encoders.tuple(Encoders.row(REST), Encoders.tuple(map, map, map));
        Column tensors =
                struct(col("query").as("_1"), col("key").as("_2"), col("value").as("_3"));
        MapPartitionsFunction<Tuple2<Row, Tuple3<Object, Object, Object>>, Tuple2<Row, Tuple3<Object, Object, Object>>>
                same = rows -> rows;
        return maps.select(struct(col("id")).as("_1"), tensors.as("_2"))
                .as(typed)
                .mapPartitions(same, typed)
                .select(
                        col("_1.id"),
                        col("_2._1").cast(form.type()).as("query"),
                        col("_2._2").cast(form.type()).as("key"),
                        col("_2._3").cast(form.type()).as("value"));
    }
}
