package io.sparkhood.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** GPUs as Spark schedules them, with addresses that no device has and a backend that is none. */
@Timeout(180)
class GpuClusterIT {
    private static final long ROWS = 60;

    @TempDir
    private Path folder = Path.of("");

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @AfterEach
    void restore() {
        Thread.currentThread().setContextClassLoader(before);
    }

    private Map<String, String> settings(String... fake) {
        Map<String, String> settings = new HashMap<>();
        settings.put("spark.executor.extraClassPath", FakeGpu.services().toString());
        settings.put("spark.executor.extraJavaOptions", FakeGpu.javaOptions(folder, fake));
        return settings;
    }

    private static Map<String, String> withGpu(Map<String, String> settings) {
        settings.put("spark.executor.resource.gpu.amount", "1");
        settings.put("spark.task.resource.gpu.amount", "0.5");
        settings.put("spark.executor.cores", "2");
        return settings;
    }

    private static Map<Long, ByteBuffer> attended(SparkSession spark, int partitions) {
        return SeededMaps.outputs(
                SeededMaps.stage().setBackend(FakeGpu.NAME).transform(SeededMaps.frame(spark, ROWS, partitions)));
    }

    /** Computed on the cpu backend, in local mode. */
    private static Map<Long, ByteBuffer> expected() {
        SparkSession spark = ClusterSession.on("local[2]", Map.of());
        try {
            return SeededMaps.outputs(SeededMaps.stage().transform(SeededMaps.frame(spark, ROWS, 2)));
        } finally {
            spark.stop();
        }
    }

    /** Words told, without the process ids. */
    private List<String> words() throws IOException {
        return FakeGpu.told(folder).stream()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }

    @Test
    void twoTasksShareTheGpuThatSparkGaveTheirExecutor() throws IOException {
        Path resources = folder.resolve("resources.json");
        Files.writeString(
                resources,
                "[{\"id\":{\"componentName\":\"spark.worker\",\"resourceName\":\"gpu\"},\"addresses\":[\"MIG-5eed\"]}]");
        Map<String, String> settings = withGpu(settings(FakeGpu.MEET, "2"));
        settings.put("spark.worker.resource.gpu.amount", "1");
        settings.put("spark.worker.resourcesFile", resources.toString());
        settings.put("spark.sparkhood.concurrentGpuTasks", "3");
        settings.put("spark.sparkhood.gpuTaskWait", "5min");
        SparkSession spark = ClusterSession.on("local-cluster[1,2,1024]", settings);
        try {
            assertThat(attended(spark, 2)).hasSize((int) ROWS);
        } finally {
            spark.stop();
        }
        assertThat(words())
                .as("both tasks met on one backend")
                .containsExactly("opened MIG-5eed, TaskTurns[atOnce=3, waitMillis=300000]");
    }

    @Test
    void aStandaloneWorkerFindsGpusByThePlugin() throws Exception {
        try (StandaloneCluster cluster = new StandaloneCluster(
                "-Xbootclasspath/a:" + FakeGpu.services(),
                "-D" + FakeGpu.DEVICES + "=GPU-5eed",
                "-Dspark.worker.resource.gpu.amount=1",
                "-Dspark.resources.discoveryPlugin=io.sparkhood.ml.GpuDiscovery")) {
            SparkSession spark = ClusterSession.on(cluster.master(), withGpu(settings(FakeGpu.MEET, "2")));
            try {
                assertThat(attended(spark, 2)).hasSize((int) ROWS);
            } finally {
                spark.stop();
            }
        }
        assertThat(words())
                .as("both tasks met on one backend")
                .containsExactly("opened GPU-5eed, TaskTurns[atOnce=2, waitMillis=600000]");
    }

    @Test
    void aMetricsSinkOfTheExecutorReadsTheTotals() throws Exception {
        // not in the folder that is deleted after the test: the executor writes once more when it ends
        Path metrics = Files.createTempDirectory(SparkHome.prepare(), "metrics");
        Map<String, String> settings = settings();
        settings.put("spark.plugins", "io.sparkhood.ml.SparkhoodPlugin");
        settings.put("spark.metrics.namespace", "sinks");
        settings.put("spark.metrics.conf.executor.sink.csv.class", "org.apache.spark.metrics.sink.CsvSink");
        settings.put("spark.metrics.conf.executor.sink.csv.directory", metrics.toString());
        settings.put("spark.metrics.conf.executor.sink.csv.period", "1");
        SparkSession spark = ClusterSession.on("local-cluster[1,1,1024]", settings);
        try {
            assertThat(attended(spark, 2)).hasSize((int) ROWS);
            Path rows = metrics.resolve("sinks.0.plugin.io.sparkhood.ml.SparkhoodPlugin.rows.csv");
            while (!Files.exists(rows) || !lastLine(rows).endsWith("," + ROWS)) { // within the test's time
                Thread.sleep(100);
            }
        } finally {
            spark.stop();
        }
        try (Stream<Path> sinks = Files.list(metrics)) {
            assertThat(sinks.map(sink -> sink.getFileName().toString()).filter(name -> name.contains("sparkhood")))
                    .map(name -> name.replaceAll(".*SparkhoodPlugin\\.", ""))
                    .containsExactlyInAnyOrder(
                            "rows.csv",
                            "batches.csv",
                            "invalidRows.csv",
                            "computeSeconds.csv",
                            "copySeconds.csv",
                            "bytes.csv",
                            "batchSplits.csv");
        }
    }

    private static String lastLine(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }

    @Test
    void anExecutorThatLostItsGpuEndsAndSparkGoesOnElsewhere() throws Exception {
        Map<Long, ByteBuffer> expected = expected();
        Queue<String> removed = new ConcurrentLinkedQueue<>();
        Map<String, String> settings = settings(FakeGpu.LOSE, "true");
        settings.put("spark.plugins", "io.sparkhood.ml.SparkhoodPlugin");
        SparkSession spark = ClusterSession.twoExecutors(settings);
        try {
            spark.sparkContext().addSparkListener(new SparkListener() {
                @Override
                public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
                    removed.add(event.reason());
                }
            });
            Map<Long, ByteBuffer> outputs = attended(spark, 6);
            assertThat(outputs).isEqualTo(expected);
            while (removed.isEmpty()) { // within the test's time
                Thread.sleep(100);
            }
            assertThat(removed).containsExactly("Command exited with code 20");
            assertThat(executorLogs(spark.sparkContext().applicationId()))
                    .contains(
                            "device  is lost to this process; start the process anew; this executor ends with code 20, so"
                                    + " that Spark goes on in others")
                    .contains("backend cpu (");
        } finally {
            spark.stop();
        }
        List<String> lost = FakeGpu.told(folder).stream()
                .filter(line -> line.endsWith(" lost"))
                .distinct()
                .toList();
        assertThat(lost).as("in one process").hasSize(1);
    }

    private static String executorLogs(String application) throws IOException {
        StringBuilder logs = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of(System.getenv("SPARK_HOME"), "work", application))) {
            for (Path file : files.filter(path -> path.endsWith("stderr")).toList()) {
                logs.append(Files.readString(file));
            }
        }
        return logs.toString();
    }

    @Test
    void aTaskThatWaitsForItsTurnWakesWhenItsJobIsCancelled() throws Exception {
        Thread.currentThread().setContextClassLoader(FakeGpu.loader(before));
        System.setProperty(FakeGpu.FOLDER, folder.toString());
        System.setProperty(FakeGpu.BUSY, "true");
        SparkSession spark = ClusterSession.on("local[2]", Map.of());
        ExecutorService job = Executors.newSingleThreadExecutor();
        try {
            Future<?> waiting = job.submit(() -> {
                spark.sparkContext().setJobGroup("waiting", "a job to cancel", false);
                attended(spark, 1);
            });
            while (!words().contains("waits")) {
                assertThat(waiting.isDone()).isFalse();
                Thread.sleep(20);
            }
            spark.sparkContext().cancelJobGroup("waiting");
            assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS)).hasMessageContaining("cancelled");
            while (!words().contains("woken")) { // within the test's time, not after its ten minutes
                Thread.sleep(20);
            }
        } finally {
            job.shutdownNow();
            spark.stop();
            System.clearProperty(FakeGpu.FOLDER);
            System.clearProperty(FakeGpu.BUSY);
        }
    }
}
