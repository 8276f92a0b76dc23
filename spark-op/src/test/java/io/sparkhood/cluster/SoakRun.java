package io.sparkhood.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Many batches through the stage in one task at a time of this JVM, whose memory is written down; see {@link SoakIT}. */
final class SoakRun {
    /** Rows of a window, which makes a batch of each of the two sizes. */
    private static final int WINDOW = 4;

    private static final int BATCHES_PER_TASK = 500;
    private static final int BATCHES_PER_SAMPLE = 50;

    /** Where samples go; static, because the tasks of local mode run in this JVM. */
    private static final AtomicReference<PrintStream> CURVE = new AtomicReference<>();

    /** Batches of the tasks that have ended. */
    private static final AtomicLong BATCHES = new AtomicLong();

    private SoakRun() {}

    /** How many batches, the file for the curve, the file for what is left at the end. */
    public static void main(String[] arguments) throws IOException {
        long tasks = Long.parseLong(arguments[0]) / BATCHES_PER_TASK;
        Path left = Path.of(arguments[2]);
        SparkSession spark = ClusterSession.on("local[1]", Map.of());
        try (PrintStream curve = new PrintStream(arguments[1], StandardCharsets.UTF_8)) {
            curve.println("batches,residentBytes,liveHeapBytes");
            CURVE.set(curve);
            SeededMaps.outputs(
                    SeededMaps.stage().transform(SeededMaps.frame(spark, 8, 1))); // native libraries are files
            Set<Path> files = temporaryFiles();
            SeededMaps.stage()
                    .setMaxBatchBytes((2 * WINDOW - 1) * SeededMaps.LARGER_ROW_BYTES / 2) // no fifth row fits
                    .setBackendThreads(2)
                    .setRunTimeCol("run")
                    .transform(SeededMaps.frame(spark, tasks * BATCHES_PER_TASK * WINDOW / 2, (int) tasks))
                    .foreachPartition((ForeachPartitionFunction<Row>) SoakRun::count);
            Set<Path> more = temporaryFiles();
            more.removeAll(files);
            Files.writeString(
                    left, "batches=" + BATCHES + "\nheld=" + OpenInExecutor.anything() + "\nfiles=" + more + "\n");
        } finally {
            spark.stop();
        }
    }

    private static void count(Iterator<Row> rows) throws IOException {
        Set<Long> starts = new HashSet<>(); // every batch has one of its own
        int sampled = 0;
        while (rows.hasNext()) {
            starts.add(rows.next().<Row>getAs("run").getLong(0));
            if (starts.size() >= sampled + BATCHES_PER_SAMPLE) {
                sampled = starts.size();
                sample(BATCHES.get() + sampled);
            }
        }
        BATCHES.addAndGet(starts.size());
    }

    private static void sample(long batches) throws IOException {
        boolean heap = batches % BATCHES_PER_TASK == 0;
        if (heap) {
            System.gc();
        }
        long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        Objects.requireNonNull(CURVE.get()).println(batches + "," + residentBytes() + "," + (heap ? used : ""));
    }

    private static long residentBytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String line =
                    lines.filter(text -> text.startsWith("VmRSS:")).findFirst().orElseThrow();
            return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
        }
    }

    private static Set<Path> temporaryFiles() {
        try (Stream<Path> files = Files.walk(Path.of(System.getProperty("java.io.tmpdir")))) {
            Set<Path> found = new HashSet<>();
            files.filter(Files::isRegularFile).forEach(found::add);
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
