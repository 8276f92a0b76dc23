package io.sparkhood.jobs.benchmark;

import io.sparkhood.jobs.profile.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import javax.management.JMException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/** Times the stage beside the same job without it and beside its arithmetic alone, run by run in turn. */
public record StageBenchmark(StageSettings settings, SparkSession session, PrintWriter out) {
    /** Runs and prints. */
    public void run() throws IOException, InterruptedException, ExecutionException, JMException {
        int tasks = settings.tasks().orElse(session.sparkContext().defaultParallelism());
        List<String> lines = new ArrayList<>();
        try {
            for (MapForm form : settings.forms()) {
                for (MapSource source : settings.sources()) {
                    lines.add(measure(form, source, tasks).csv());
                    out.println(lines.get(lines.size() - 1));
                    out.flush();
                }
            }
        } finally {
            deleteScratch();
        }
        StageTable table =
                settings.csv().isPresent() ? StageTable.add(settings.csv().get(), lines) : new StageTable(lines);
        out.println();
        out.print(table);
        out.println();
        out.println(tasks + " tasks and lanes at once; " + settings.runs() + " runs after " + settings.warmup() + "; "
                + Machine.describe(1)
                + Machine.commit().map("; commit "::concat).orElse(""));
        out.flush();
    }

    private StageMeasurement measure(MapForm form, MapSource source, int tasks)
            throws InterruptedException, ExecutionException, JMException {
        FeatureMaps maps = new FeatureMaps(session, form);
        Dataset<Row> rows = rows(maps, source, tasks);
        try {
            Dataset<Row> attended =
                    StageProblem.stage(form, settings.kernelSize()).transform(rows);
            return measure(maps.identity(rows), attended, form, source, tasks);
        } finally {
            rows.unpersist(true);
        }
    }

    private Dataset<Row> rows(FeatureMaps maps, MapSource source, int tasks) {
        return switch (source) {
            case GENERATED -> maps.generated(settings.rows(), tasks);
            case PARQUET ->
                maps.parquet(
                        settings.rows(),
                        tasks,
                        settings.scratch().orElseThrow().resolve(StageMeasurement.name(maps.form())));
            case CACHED -> {
                Dataset<Row> cached = maps.generated(settings.rows(), tasks).persist(StorageLevel.MEMORY_ONLY());
                seconds(cached);
                yield cached;
            }
        };
    }

    private StageMeasurement measure(
            Dataset<Row> identity, Dataset<Row> attended, MapForm form, MapSource source, int tasks)
            throws InterruptedException, ExecutionException, JMException {
        double[] stage = new double[settings.runs()];
        double[] same = new double[settings.runs()];
        double[] plan = new double[settings.runs()];
        long heap = 0;
        try (HeapWatch watch = new HeapWatch();
                BarePlan bare = new BarePlan(form, StageProblem.operator(form, settings.kernelSize()), tasks)) {
            for (int run = -settings.warmup(); run < settings.runs(); run++) {
                double[] seconds = new double[3];
                seconds[0] = seconds(identity);
                seconds[1] = bare.seconds(settings.rows());
                watch.take();
                seconds[2] = seconds(attended);
                long used = watch.take();
                if (run >= 0) {
                    same[run] = seconds[0];
                    plan[run] = seconds[1];
                    stage[run] = seconds[2];
                    heap = Math.max(heap, used);
                }
            }
        }
        String master = session.sparkContext().master();
        long heapHere = session.sparkContext().isLocal() ? heap : 0;
        return new StageMeasurement(master, form, source, settings.rows(), stage, same, plan, heapHere);
    }

    private static double seconds(Dataset<Row> rows) {
        long start = System.nanoTime();
        rows.write().format("noop").mode("overwrite").save();
        return (System.nanoTime() - start) * 1e-9;
    }

    private void deleteScratch() throws IOException {
        if (settings.scratch().isEmpty() || !Files.exists(settings.scratch().get())) {
            return;
        }
        try (Stream<Path> tree = Files.walk(settings.scratch().get())) {
            tree.sorted(Comparator.reverseOrder()).forEach(StageBenchmark::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
