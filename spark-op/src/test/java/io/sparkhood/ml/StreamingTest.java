package io.sparkhood.ml;

import static io.sparkhood.ml.AttentionFrames.frame;
import static io.sparkhood.ml.AttentionFrames.plain;
import static io.sparkhood.ml.AttentionFrames.small;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files in, stage, files out, with a checkpoint: every row is in the sink exactly once, whatever stopped the query. */
@Timeout(240)
class StreamingTest {
    private static final int FILES = 5;
    private static final int ROWS_PER_FILE = 4;

    /** Whether a row still has to fail; static, because the tasks of local mode run in this JVM. */
    private static final AtomicBoolean FAILS = new AtomicBoolean();

    @TempDir
    Path folder;

    private StructType schema = new StructType();
    private List<Row> attended = List.of();

    @BeforeEach
    void writeFiles() throws IOException {
        Example example = Example.random(new NamedCase("stream", small(6, 5).build(), FILES * ROWS_PER_FILE));
        Dataset<Row> rows = frame(example, "array", "struct", "array").coalesce(1);
        schema = rows.schema();
        attended = stage().transform(rows).orderBy("id").collectAsList();
        Path one = folder.resolve("one");
        for (int file = 0; file < FILES; file++) {
            rows.where(col("id").divide(ROWS_PER_FILE).cast("int").equalTo(file))
                    .write()
                    .mode("overwrite")
                    .json(one.toString());
            Path arrived = Files.createDirectories(folder.resolve("in")).resolve(file + ".json");
            Files.move(files(one, ".json").get(0), arrived);
            Files.setLastModifiedTime(arrived, FileTime.fromMillis(1_700_000_000_000L + 1000L * file)); // oldest first
        }
    }

    @Test
    void aFailedBatchIsComputedAgainAndNoRowComesTwice() throws Exception {
        FAILS.set(true);
        assertThatThrownBy(this::runToTheEnd)
                .isInstanceOf(StreamingQueryException.class)
                .hasStackTraceContaining("no luck with row 14");
        assertThat(sink().select("id").as(Encoders.INT()).collectAsList())
                .as("rows of the batches before")
                .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        runToTheEnd();
        assertThat(sink().orderBy("id").collectAsList()).isEqualTo(attended);
        assertThat(files(folder.resolve("checkpoint/commits"), "")).hasSize(FILES);
    }

    /** As if the query had been killed after the sink took a batch, and before the checkpoint said so. */
    @Test
    void aBatchThatTheSinkHasIsNotWrittenAgain() throws Exception {
        runToTheEnd();
        Files.delete(folder.resolve("checkpoint/commits/" + (FILES - 1)));
        Files.delete(folder.resolve("checkpoint/commits/." + (FILES - 1) + ".crc"));
        runToTheEnd();
        assertThat(folder.resolve("checkpoint/commits/" + (FILES - 1))).exists();
        assertThat(sink().orderBy("id").collectAsList()).isEqualTo(attended);
    }

    private static NeighborhoodAttention stage() {
        return plain().setBackend("cpu")
                .setKernelSize(3)
                .setFeatureMap(6, 5)
                .setHeads(2)
                .setKeepInputCols(false);
    }

    private void runToTheEnd() throws Exception {
        Dataset<Row> stream = LocalSpark.SESSION
                .readStream()
                .schema(schema)
                .option("maxFilesPerTrigger", 1)
                .json(folder.resolve("in").toString())
                .filter((FilterFunction<Row>) StreamingTest::mayFail);
        stage().transform(stream)
                .writeStream()
                .format("parquet")
                .option("path", folder.resolve("out").toString())
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .trigger(Trigger.AvailableNow())
                .start()
                .awaitTermination();
    }

    private static boolean mayFail(Row row) {
        int id = row.getInt(row.fieldIndex("id"));
        if (id == 14 && FAILS.compareAndSet(true, false)) {
            throw new IllegalStateException("no luck with row " + id);
        }
        return true;
    }

    private Dataset<Row> sink() {
        return LocalSpark.SESSION.read().parquet(folder.resolve("out").toString());
    }

    private static List<Path> files(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .filter(file -> file.toString().endsWith(suffix))
                    .toList();
        }
    }
}
