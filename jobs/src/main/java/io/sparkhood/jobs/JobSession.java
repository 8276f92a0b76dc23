package io.sparkhood.jobs;

import java.io.PrintWriter;
import java.util.Locale;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.StageInfo;
import org.apache.spark.sql.SparkSession;

/** The Spark session of a job, which prints a line for every stage that ends. The master is spark-submit's business. */
final class JobSession implements AutoCloseable {
    private final SparkSession spark;

    private JobSession(SparkSession spark) {
        this.spark = spark;
    }

    /** Opens it, or joins the session of this JVM. */
    static JobSession open(String job, PrintWriter out) {
        SparkSession spark = SparkSession.builder().appName("sparkhood " + job).getOrCreate();
        spark.sparkContext().addSparkListener(new Progress(out));
        return new JobSession(spark);
    }

    /** As {@link #open}, without a line per stage. */
    static JobSession openQuietly(String job) {
        return new JobSession(SparkSession.builder().appName("sparkhood " + job).getOrCreate());
    }

    SparkSession spark() {
        return spark;
    }

    @Override
    public void close() {
        spark.stop();
    }

    private static final class Progress extends SparkListener {
        private final PrintWriter out;

        Progress(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void onStageCompleted(SparkListenerStageCompleted completed) {
            StageInfo stage = completed.stageInfo();
            if (stage.completionTime().isEmpty() || stage.submissionTime().isEmpty()) {
                return;
            }
            double seconds = ((Long) stage.completionTime().get()
                            - (Long) stage.submissionTime().get())
                    / 1e3;
            String end = stage.failureReason().isEmpty() ? "done" : "failed";
            out.printf(Locale.ROOT, "stage %d %s: %d tasks, %.1f s%n", stage.stageId(), end, stage.numTasks(), seconds);
            out.flush();
        }
    }
}
