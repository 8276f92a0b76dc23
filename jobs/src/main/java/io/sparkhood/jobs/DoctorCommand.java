package io.sparkhood.jobs;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what this machine, and the executors of the cluster, can compute with. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        description = "Lists Java, Spark, memory and the backends, on the driver and on the executors.")
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--local", description = "Only this JVM; starts no Spark.")
    private boolean local;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (spec == null) {
            throw new IllegalStateException("picocli fills this before it calls");
        }
        PrintWriter out = spec.commandLine().getOut();
        JvmReport.here().print(out, local ? "this JVM" : "driver");
        if (!local) {
            ExecutorSurvey.print(out);
        }
        out.flush();
        return 0;
    }
}
