package io.sparkhood.jobs.denoise;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.image.Picture;
import io.sparkhood.ml.NeighborhoodAttention;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Denoises clips on Spark, one job per clip: a DataFrame of tile numbers becomes one of tiles (made in the executors, one at
 * a time, from the samples that each executor got once), the stage attends, and only interiors come back.
 *
 * @param settings of the job, of which the backend, its threads and its scratch count here
 * @param plan how many tiles are under way at once
 */
record Denoiser(SparkSession spark, DenoiseSettings settings, TilePlan plan) {
    /** Tiles per lane after which the arithmetic runs at its full speed. */
    private static final int WARM_UP_TILES = 8;

    private static final StructType TILES = new StructType()
            .add("tile", DataTypes.IntegerType, false)
            .add("query", TensorStruct.SCHEMA, false)
            .add("key", TensorStruct.SCHEMA, false)
            .add("value", TensorStruct.SCHEMA, false);

    /**
     * The result for one clip.
     *
     * @param frames denoised, of the clip's form and alpha
     * @param psnr against the clean clip; infinite if equal, NaN without one
     * @param seconds in which at least one run of a plan was under way
     */
    record Denoised(List<Picture> frames, double psnr, double seconds) {
        /** The clip as it is, with its noise, which took no attention. */
        static Denoised unchanged(Clip clip, List<Picture> clean) {
            List<Picture> frames = IntStream.range(0, clip.frames().size())
                    .mapToObj(clip::noisyFrame)
                    .toList();
            return new Denoised(frames, clean.isEmpty() ? Double.NaN : Psnr.of(clip, clean), 0);
        }
    }

    Denoised denoise(TileJob job, NonLocalMeans means) {
        return assemble(job, attend(job, means, job.grid().count()));
    }

    /** Attends some tiles for nothing, so that the seconds of the clips to come are not those of a compiler at work. */
    void warmUp(TileJob job, NonLocalMeans means) {
        attend(job, means, (int) Math.min(job.grid().count(), (long) WARM_UP_TILES * plan.tasks()));
    }

    private List<TileOutput> attend(TileJob job, NonLocalMeans means, int tiles) {
        Broadcast<TileJob> shared =
                JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(job);
        try {
            return attend(shared, job, means, tiles);
        } finally {
            shared.destroy();
        }
    }

    private List<TileOutput> attend(Broadcast<TileJob> shared, TileJob job, NonLocalMeans means, int tiles) {
        int partitions = Math.min(tiles, plan.tasks());
        Dataset<Row> rows = spark.range(0, tiles, 1, partitions)
                .mapPartitions(
                        (MapPartitionsFunction<Long, Row>) numbers -> rows(numbers, shared), Encoders.row(TILES));
        return stage(job, means)
                .transform(rows)
                .select("tile", "output", "run")
                .toJavaRDD()
                .mapPartitions((FlatMapFunction<Iterator<Row>, TileOutput>) attended -> outputs(attended, shared))
                .collect();
    }

    private NeighborhoodAttention stage(TileJob job, NonLocalMeans means) {
        NeighborhoodAttention stage = new NeighborhoodAttention()
                .setQueryCol("query")
                .setKeyCol("key")
                .setValueCol("value")
                .setOutputCol("output")
                .setRunTimeCol("run")
                .setKeepInputCols(false)
                .setKernelSize(
                        means.kernelSize().stream().mapToInt(Integer::intValue).toArray())
                .setScale(means.scale())
                .setRelativePositionBias(new double[][] {means.bias(job.basis())})
                .setMaxBatchBytes(plan.batchBytes());
        settings.backend().set(stage);
        return stage;
    }

    private static Iterator<Row> rows(Iterator<Long> numbers, Broadcast<TileJob> shared) {
        return stream(numbers)
                .map(number -> row(shared.value(), number.intValue()))
                .iterator();
    }

    private static Row row(TileJob job, int tile) {
        TileFeatures features =
                TileFeatures.of(job.clip(), job.basis(), job.grid().input(tile));
        return RowFactory.create(
                tile,
                tensor(job, features.query(), job.basis().components() + 1),
                tensor(job, features.key(), job.basis().components() + 1),
                tensor(job, features.value(), job.basis().colors()));
    }

    /** One head: [*featureMap, 1, headDim]. */
    private static Row tensor(TileJob job, float[] values, int headDim) {
        IntStream extents = job.grid().featureMap().stream().mapToInt(Integer::intValue);
        return TensorStruct.of(
                values, IntStream.concat(extents, IntStream.of(1, headDim)).toArray());
    }

    private static Iterator<TileOutput> outputs(Iterator<Row> attended, Broadcast<TileJob> shared) {
        return stream(attended)
                .map(row -> TileOutput.of(
                        shared.value(),
                        row.getInt(0),
                        TensorStruct.values(row.getStruct(1)),
                        row.getStruct(2).getLong(0),
                        row.getStruct(2).getLong(1)))
                .iterator();
    }

    /** Lazy: an element is made when it is asked for. */
    private static <T> Stream<T> stream(Iterator<T> iterator) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(iterator, Spliterator.ORDERED), false);
    }

    private static Denoised assemble(TileJob job, List<TileOutput> outputs) {
        List<Picture> frames = new ArrayList<>();
        job.clip().frames().forEach(frame -> frames.add(frame.blank()));
        double squaredErrors = 0;
        for (TileOutput output : outputs) {
            output.paste(job.grid(), frames);
            squaredErrors += output.squaredErrors();
        }
        double psnr = job.clean().isEmpty()
                ? Double.NaN
                : Psnr.of(squaredErrors, job.clip().tokens() * job.clip().colors());
        return new Denoised(frames, psnr, TileOutput.runNanos(outputs) / 1e9);
    }
}
