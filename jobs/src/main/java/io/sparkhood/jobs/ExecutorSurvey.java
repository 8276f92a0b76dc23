package io.sparkhood.jobs;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Asks the executors for their reports by a job of short tasks. */
final class ExecutorSurvey {
    /** Long enough that no executor takes all tasks while another waits. */
    private static final long TASK_MILLIS = 200;

    /** Rounds of tasks over all cores, so that one busy core does not hide its executor. */
    private static final int ROUNDS = 2;

    private ExecutorSurvey() {}

    static void print(PrintWriter out) {
        try (JobSession session = JobSession.open("doctor", out)) {
            SparkContext context = session.spark().sparkContext();
            out.println("Spark " + context.version() + ", master " + context.master());
            Map<String, JvmReport> byExecutor = ask(context);
            int registered =
                    context.statusTracker().getExecutorInfos().length - (context.isLocal() ? 0 : 1); // the driver
            out.println("executors: reached " + byExecutor.size() + " of " + registered + " registered");
            grouped(byExecutor)
                    .forEach((report, executors) -> report.print(out, "executors " + String.join(", ", executors)));
        }
    }

    private static Map<String, JvmReport> ask(SparkContext context) {
        int tasks = Math.max(2, ROUNDS * context.defaultParallelism());
        List<Tuple2<String, JvmReport>> answers = JavaSparkContext.fromSparkContext(context)
                .parallelize(Collections.nCopies(tasks, 0), tasks)
                .map(task -> {
                    Thread.sleep(TASK_MILLIS);
                    return new Tuple2<>(SparkEnv.get().executorId(), JvmReport.here());
                })
                .collect();
        Map<String, JvmReport> byExecutor = new TreeMap<>();
        answers.forEach(answer -> byExecutor.put(answer._1(), answer._2()));
        return byExecutor;
    }

    private static Map<JvmReport, List<String>> grouped(Map<String, JvmReport> byExecutor) {
        Map<JvmReport, List<String>> grouped = new LinkedHashMap<>();
        byExecutor.forEach((executor, report) ->
                grouped.computeIfAbsent(report, absent -> new ArrayList<>()).add(executor));
        return grouped;
    }
}
