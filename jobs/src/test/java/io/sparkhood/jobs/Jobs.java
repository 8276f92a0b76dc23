package io.sparkhood.jobs;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;

/** Runs a job in this JVM as the launcher would, on two local cores. */
final class Jobs {
    private Jobs() {}

    /** What a job left behind. */
    record Outcome(int exitCode, String out, String err) {
        String lastLine() {
            return err.lines().reduce((first, second) -> second).orElse("");
        }
    }

    static Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int exitCode = commandLine.execute(args);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    /** A session for the job to join. */
    static SparkSession spark() {
        return spark("local[2]");
    }

    static SparkSession spark(String master) {
        return SparkSession.builder()
                .master(master)
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 2)
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate();
    }
}
