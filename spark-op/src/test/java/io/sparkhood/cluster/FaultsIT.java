package io.sparkhood.cluster;

import static java.util.stream.Collectors.toSet;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Executors die, tasks fail, disks fill: what the sink holds afterwards is what an undisturbed run leaves there, or nothing. */
@Timeout(240)
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
        spark = ClusterSession.on("local[2]", Map.of());
        undisturbed = SeededMaps.outputs(SeededMaps.stage().transform(SeededMaps.frame(spark, ROWS, PARTITIONS)));
        spark.stop();
        assertThat(undisturbed.keySet())
                .isEqualTo(LongStream.range(0, ROWS).boxed().collect(toSet()));
        Map<String, String> settings = new HashMap<>(FullDisk.SETTINGS);
        settings.put("spark.task.maxFailures", "4");
        spark = ClusterSession.twoExecutors(settings);
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
        assertThat(settled(1).values()).isNotEmpty().allMatch(OpenInExecutor::nothing);
    }

    /** What so many executors hold, after a time for the tasks of a failed job, which end after it. */
    private static Map<Long, OpenInExecutor> settled(int executors) throws InterruptedException {
        Map<Long, OpenInExecutor> open = OpenInExecutor.inAll(spark);
        for (int i = 0;
                i < 50 && (open.size() < executors || !open.values().stream().allMatch(OpenInExecutor::nothing));
                i++) {
            Thread.sleep(100);
            open = OpenInExecutor.inAll(spark);
        }
        return open;
    }

    /** Other executors, partitions, orders, batches and threads than the local run had. */
    @ParameterizedTest
    @CsvSource({"1, id, 67108864, 1", "7, -id, 1, 1", "3, hash(id), 50000, 2", "20, hash(id), 67108864, 3"})
    void theOutputIsTheSameHoweverTheWorkIsCut(int partitions, String order, long maxBatchBytes, int threads) {
        Dataset<Row> input = SeededMaps.frame(spark, ROWS, 2)
                .repartitionByRange(partitions, expr(order))
                .sortWithinPartitions(expr(order));
        Dataset<Row> attended = SeededMaps.stage()
                .setMaxBatchBytes(maxBatchBytes)
                .setBackendThreads(threads)
                .transform(input);
        assertThat(SeededMaps.outputs(attended)).isEqualTo(undisturbed);
        assertThat(OpenInExecutor.inAll(spark))
                .as("processes")
                .doesNotContainKey(ProcessHandle.current().pid());
        assertThat(failures.executors).as("executors lost").isEmpty();
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

    @Test
    void aFlippedByteUnderTheFileSystemsChecksumFailsTheJob() throws Exception {
        Path file = written("zstd");
        flipInTheMiddle(file);
        Throwable thrown = catchThrowable(() -> attendFile(file, "false"));
        assertThat(Failures.messages(thrown)).anyMatch(text -> text.contains("Checksum error: file:" + file));
    }

    @Test
    void aFlippedByteUnderParquetsChecksumFailsTheJobWhereSparkIsToldToLook() throws Exception {
        Path file = written("uncompressed");
        Files.delete(file.resolveSibling("." + file.getFileName() + ".crc"));
        flipInTheMiddle(file);
        Throwable thrown = catchThrowable(() -> attendFile(file, "true"));
        assertThat(Failures.messages(thrown))
                .anyMatch(text -> text.contains("page integrity, CRC checksum verification failed"));
    }

    /** Why the README says what to set: parquet writes checksums, but does not look at them by itself. */
    @Test
    void aFlippedByteThatNobodyLooksForGoesUnseen() throws Exception {
        Path file = written("uncompressed");
        Files.delete(file.resolveSibling("." + file.getFileName() + ".crc"));
        flipInTheMiddle(file);
        Map<Long, ByteBuffer> outputs = attendFile(file, "false");
        assertThat(outputs.keySet()).isEqualTo(undisturbed.keySet());
        assertThat(undisturbed.entrySet().stream().filter(row -> !row.getValue().equals(outputs.get(row.getKey()))))
                .hasSize(1);
    }

    /** Input rows in one file. */
    private Path written(String compression) throws Exception {
        Path input = folder.resolve("input");
        SeededMaps.frame(spark, ROWS, 1)
                .write()
                .option("compression", compression)
                .parquet(input.toString());
        try (Stream<Path> files = Files.list(input)) {
            return files.filter(file -> file.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void flipInTheMiddle(Path file) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 0x10;
        Files.write(file, bytes);
    }

    private static Map<Long, ByteBuffer> attendFile(Path file, String verify) {
        Dataset<Row> input = spark.read()
                .option("parquet.page.verify-checksum.enabled", verify)
                .parquet(file.toString());
        return SeededMaps.outputs(SeededMaps.stage().transform(input));
    }

    @Test
    void aCancelledJobFreesAllThatItHeld() throws Exception {
        Happened happened = happened();
        Map<Long, OpenInExecutor> before = settled(2);
        Dataset<Row> slow = SeededMaps.stage()
                .setKernelSize(201)
                .setBackendThreads(2)
                .setScratchBytes(64 << 20)
                .transform(SeededMaps.large(spark, 8, id -> HoldWatch.start(happened)));
        var driver = Executors.newSingleThreadExecutor();
        try {
            Future<?> job = driver.submit(() -> {
                spark.sparkContext().setJobGroup("slow", "a job to cancel", false);
                slow.select("output").collectAsList();
            });
            for (int i = 0; i < 600 && happened.events().size() < before.size() && !job.isDone(); i++) {
                Thread.sleep(100);
            }
            assertThat(happened.events()).as("executors at work").hasSize(before.size());
            Thread.sleep(500); // into the run
            spark.sparkContext().cancelJobGroup("slow");
            assertThatThrownBy(() -> job.get(60, TimeUnit.SECONDS)).hasMessageContaining("cancel");
            Map<Long, OpenInExecutor> after = settled(before.size());
            assertThat(after.keySet()).isEqualTo(before.keySet());
            assertThat(after.values()).allMatch(OpenInExecutor::nothing);
            assertThat(after.values())
                    .allMatch(open -> open.heapBytes()
                            < Objects.requireNonNull(before.get(open.pid())).heapBytes()
                                    + SeededMaps.LARGE_ROW_BYTES / 2);
            System.out.println("after the cancellation: " + after);
            assertThat(after.values()) // a guard: measured are some hundred milliseconds, and the run would
                    // take a minute
                    .allMatch(open -> open.heldAfterKill() >= 0 && open.heldAfterKill() < 5000);
        } finally {
            driver.shutdownNow();
        }
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
