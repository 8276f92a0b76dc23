package io.sparkhood.jobs.benchmark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.struct;

import java.nio.file.Path;
import java.util.Iterator;
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
                .option("parquet.block.size.row.check.min", 4) // of 100 rows, without a look at their bytes
                .option("parquet.block.size.row.check.max", 4)
                .parquet(table.toUri().toString());
        return session.read().parquet(table.toUri().toString());
    }

    /** The rows through a mapPartitions that does nothing, in the stage's own encoders. */
    Dataset<Row> identity(Dataset<Row> maps) {
        MapPartitionsFunction<Tuple2<Row, Tuple3<Object, Object, Object>>, Tuple2<Row, Tuple3<Object, Object, Object>>>
                same = rows -> rows;
        return typed(maps)
                .mapPartitions(same, Encoders.tuple(Encoders.row(REST), tensors()))
                .select(col("_1.id"), place("_2._1", "query"), place("_2._2", "key"), place("_2._3", "value"));
    }

    /** The rows with a copy of the value as output: the least that a stage by mapPartitions does beside its arithmetic. */
    Dataset<Row> copied(Dataset<Row> maps) {
        MapForm copied = form;
        MapPartitionsFunction<
                        Tuple2<Row, Tuple3<Object, Object, Object>>,
                        Tuple3<Row, Object, Tuple3<Object, Object, Object>>>
                copy = rows -> new Copies(copied, rows);
        return typed(maps)
                .mapPartitions(copy, Encoders.tuple(Encoders.row(REST), form.encoder(session), tensors()))
                .select(
                        col("_1.id"),
                        place("_3._1", "query"),
                        place("_3._2", "key"),
                        place("_3._3", "value"),
                        place("_2", "output"));
    }

    private record Copies(MapForm form, Iterator<Tuple2<Row, Tuple3<Object, Object, Object>>> rows)
            implements Iterator<Tuple3<Row, Object, Tuple3<Object, Object, Object>>> {
        @Override
        public boolean hasNext() {
            return rows.hasNext();
        }

        @Override
        public Tuple3<Row, Object, Tuple3<Object, Object, Object>> next() {
            Tuple2<Row, Tuple3<Object, Object, Object>> row = rows.next();
            return new Tuple3<>(row._1(), form.copy(row._2()._3()), row._2());
        }
    }

    private Dataset<Tuple2<Row, Tuple3<Object, Object, Object>>> typed(Dataset<Row> maps) {
        Column tensors =
                struct(col("query").as("_1"), col("key").as("_2"), col("value").as("_3"));
        return maps.select(struct(col("id")).as("_1"), tensors.as("_2"))
                .as(Encoders.tuple(Encoders.row(REST), tensors()));
    }

    private Encoder<Tuple3<Object, Object, Object>> tensors() {
        Encoder<Object> map = form.encoder(session);
        return Encoders.tuple(map, map, map);
    }

    private Column place(String place, String name) {
        return col(place).cast(form.type()).as(name);
    }
}
