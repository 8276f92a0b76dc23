package io.sparkhood.cluster;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Executors die, tasks fail, disks fill: what the sink holds afterwards is what an undisturbed run leaves there, or nothing. */
@Timeout(120)
class FaultsIT {
    private static final long ROWS = 60;
    private static final int PARTITIONS = 4;
    /** A row in the middle of the second partition: its task has computed a batch by then. */
    private static final long MIDDLE = 25;

    private static SparkSession spark;
    private static Map<Long, ByteBuffer> undisturbed;

    @TempDir
    Path folder;

    private final Failures failures = new Failures();

    @BeforeAll
    static void startCluster() {
        Map<String, String> settings = new HashMap<>(FullDisk.SETTINGS);
        settings.put("spark.task.maxFailures", "4");
        spark = ClusterSession.twoExecutors(settings);
        undisturbed = SeededMaps.outputs(SeededMaps.stage().transform(SeededMaps.frame(spark, ROWS, PARTITIONS)));
        assertThat(undisturbed.keySet())
                .isEqualTo(LongStream.range(0, ROWS).boxed().collect(toSet()));
    }

    @AfterAll
    static void stopCluster() {
        spark.stop();
    }

    @BeforeEach
    void listen() {
        spark.sparkContext().addSparkListener(failures);
    }

    @AfterEach
    void nothingIsLeftOpen() throws InterruptedException {
        spark.sparkContext().removeSparkListener(failures);
        Map<Long, OpenInExecutor> open = OpenInExecutor.inAll(spark);
        // tasks of a failed job end after it
        for (int i = 0; i < 50 && !open.values().stream().allMatch(OpenInExecutor::nothing); i++) {
            Thread.sleep(100);
            open = OpenInExecutor.inAll(spark);
        }
        assertThat(open.values()).isNotEmpty().allMatch(OpenInExecutor::nothing);
    }

    @Test
    void anExecutorKilledInTheMiddleIsReplaced() throws Exception {
        Happened happened = happened();
        write(
                id -> {
                    if (id == MIDDLE && happened.first("killed")) {
                        String pid = Long.toString(ProcessHandle.current().pid());
                        new ProcessBuilder("kill", "-9", pid).start().waitFor();
                        Thread.sleep(60_000); // never woken
                    }
                },
                "file");
        assertThat(happened.events()).containsExactly("killed");
        assertThat(failures.executors).hasSize(1).allMatch(reason -> reason.contains("code 137"));
        assertThat(failures.tasks).isNotEmpty().allMatch(reason -> reason.startsWith("ExecutorLostFailure"));
        assertThat(written()).isEqualTo(undisturbed);
    }

    @Test
    void aTaskMayFailAllButOnce() throws Exception {
        Happened happened = happened();
        write(
                id -> {
                    int attempt = TaskContext.get().attemptNumber();
                    if (id == MIDDLE && attempt < 3) {
                        happened.first("attempt" + attempt);
                        throw new IllegalStateException("no luck in attempt " + attempt);
                    }
                },
                "file");
        assertThat(happened.events()).containsExactly("attempt0", "attempt1", "attempt2");
        assertThat(failures.tasks).hasSize(3).allMatch(reason -> reason.contains("no luck in attempt"));
        assertThat(written()).isEqualTo(undisturbed);
    }

    @Test
    void aTaskThatAlwaysFailsFailsTheJobAndLeavesNoRow() throws Exception {
        Throwable thrown = catchThrowable(() -> write(
                id -> {
                    if (id == MIDDLE) {
                        throw new IllegalStateException("no luck");
                    }
                },
                "file"));
        assertThat(Failures.messages(thrown)).anyMatch(text -> text.contains("no luck"));
        assertThat(failures.tasks.stream().filter(reason -> reason.contains("no luck")))
                .hasSize(4);
        assertThat(folder.resolve("sink/_SUCCESS")).doesNotExist();
        assertThat(folder.resolve("sink").toFile().listFiles((dir, name) -> name.endsWith(".parquet")))
                .isNullOrEmpty();
    }

    @Test
    void aFullDiskFailsTheJobAndKeepsWhatWasThere() throws Exception {
        write(id -> {}, "file");
        assertThat(written()).isEqualTo(undisturbed);
        Throwable thrown = catchThrowable(() -> write(id -> {}, "fulldisk"));
        assertThat(Failures.messages(thrown)).anyMatch(text -> text.contains("No space left on device"));
        assertThat(written()).isEqualTo(undisturbed);
        happened().first("cleared");
        write(id -> {}, "fulldisk");
        assertThat(spark.read().parquet(sink()).count()).isEqualTo(2 * ROWS);
    }

    @Test
    void roomMadeInTimeSavesTheJob() throws Exception {
        Happened happened = happened();
        write(
                id -> {
                    if (TaskContext.get().attemptNumber() == 1) {
                        happened.first("cleared");
                    }
                },
                "fulldisk");
        assertThat(failures.tasks).isNotEmpty().anyMatch(reason -> reason.contains("No space left on device"));
        assertThat(written()).isEqualTo(undisturbed);
    }

    private Happened happened() throws Exception {
        return Happened.in(Files.createDirectories(folder.resolve("happened")));
    }

    private String sink() {
        return folder.resolve("sink").toString();
    }

    /** Appends the rows to the sink. */
    private void write(SeededMaps.OnRow action, String scheme) {
        Dataset<Row> input = SeededMaps.frame(spark, ROWS, PARTITIONS, action);
        SeededMaps.stage()
                .transform(input)
                .write()
                .mode("append")
                .options(FullDisk.room(30_000, folder.resolve("happened/cleared")))
                .parquet(scheme + ":" + sink());
    }

    private Map<Long, ByteBuffer> written() {
        return SeededMaps.outputs(spark.read().parquet(sink()));
    }
}
