package io.sparkhood.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Parameters;
import io.sparkhood.column.InvalidRows.Handling;
import io.sparkhood.ml.LocalSpark;
import io.sparkhood.operator.Operator;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

/** What Spark shows of a stage: the values that its listeners get, which are those of the stage page. */
@Timeout(120)
class LoopMetricsTest {
    private static final InvalidRows SKIP = new InvalidRows(Handling.SKIP, null, false);

    /** The accumulables of completed stages by name, the last one of a name. */
    private static final class Stages extends SparkListener {
        private final Map<String, Object> shown = Collections.synchronizedMap(new HashMap<>());

        @Override
        public void onStageCompleted(SparkListenerStageCompleted stage) {
            CollectionConverters.asJava(stage.stageInfo().accumulables())
                    .values()
                    .forEach(value -> shown.put(
                            String.valueOf(value.name().get()), value.value().get()));
        }
    }

    /** Sequences in tasks that find the backends of a directory beside the usual ones. */
    private record WithBackendsOf(String directory) implements RowOperator {
        @Override
        public Operator of(List<TensorValue> tensors) {
            try {
                URL[] urls = {URI.create(directory).toURL()};
                Thread.currentThread()
                        .setContextClassLoader(new URLClassLoader(urls, WithBackendsOf.class.getClassLoader()));
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
            return new BatchesTest.Sequences().of(tensors);
        }

        @Override
        public Parameters parameters(Operator operator) {
            return Parameters.NONE;
        }
    }

    private static Dataset<Row> frame(int partitions, int... lengths) {
        StructType schema = new StructType().add("x", DataTypes.createArrayType(DataTypes.FloatType, false));
        List<Row> rows = new ArrayList<>();
        for (int length : lengths) {
            rows.add(RowFactory.create((Object) new float[length]));
        }
        return LocalSpark.SESSION.createDataFrame(rows, schema).coalesce(partitions);
    }

    /** Runs and waits until the stage with accumulators of this name is shown. */
    private static Map<String, Object> shown(String stage, Dataset<Row> frame, RowOperator rows, BatchOptions options)
            throws InterruptedException {
        Stages stages = new Stages();
        LocalSpark.SESSION.sparkContext().addSparkListener(stages);
        try {
            BatchesTest.transform(SKIP).apply(stage, frame, rows, options).collectAsList();
            while (!stages.shown.containsKey(stage + " rows")) {
                Thread.sleep(10); // listeners hear of it later, but for sure
            }
            return Map.copyOf(stages.shown);
        } finally {
            LocalSpark.SESSION.sparkContext().removeSparkListener(stages);
        }
    }

    @Test
    void theStagePageShowsWhatWasDone() throws InterruptedException {
        int[] lengths = IntStream.range(0, 25)
                .map(i -> i % 5 == 2 ? BatchesTest.UNLUCKY : 10)
                .toArray();
        Map<String, Object> shown = shown(
                "first test",
                frame(1, lengths),
                new BatchesTest.Sequences(),
                BatchesTest.options("reference", 6 * 160));
        assertThat(shown)
                .containsEntry("first test rows", 20L)
                .containsEntry("first test batches", 4L) // of 6, 6, 6 and 2 rows
                .containsEntry("first test invalid rows", 5L)
                .containsEntry("first test bytes", 20L * 160)
                .doesNotContainKey("first test batch splits"); // Spark leaves out what is zero
        assertThat((Double) Objects.requireNonNull(shown.get("first test compute seconds")))
                .isPositive()
                .isLessThan(120);
        assertThat((Double) Objects.requireNonNull(shown.get("first test copy seconds")))
                .isPositive()
                .isLessThan(120);
    }

    @Test
    void partitionsAddUp() throws InterruptedException {
        int[] lengths = IntStream.generate(() -> 10).limit(30).toArray();
        Map<String, Object> shown = shown(
                "second test",
                frame(1, lengths).repartition(3),
                new BatchesTest.Sequences(),
                BatchesTest.options("reference", 1));
        assertThat(shown)
                .containsEntry("second test rows", 30L)
                .containsEntry("second test batches", 30L)
                .containsEntry("second test bytes", 30L * 160)
                .doesNotContainKey("second test invalid rows");
    }

    @Test
    void halvingsAreCounted(@TempDir Path directory) throws Exception {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(BackendProvider.class.getName()), SmallMemoryBackend.class.getName());
        SmallMemoryBackend.reset(4 * 10 * 6, 0); // six rows; see OutOfMemoryTest for the batches that this makes
        Map<String, Object> shown = shown(
                "third test",
                frame(1, IntStream.generate(() -> 10).limit(24).toArray()),
                new WithBackendsOf(directory.toUri().toString()),
                BatchesTest.options("small", 8 * 160));
        assertThat(SmallMemoryBackend.EVENTS).containsExactly(-1L, 4L, -1L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L);
        assertThat(shown)
                .containsEntry("third test rows", 24L)
                .containsEntry("third test batches", 11L)
                .containsEntry("third test batch splits", 2L);
    }
}
