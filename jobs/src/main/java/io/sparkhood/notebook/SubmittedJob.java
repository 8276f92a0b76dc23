package io.sparkhood.notebook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A job in a JVM of its own, as {@code jobs/submit} starts it: for what one Spark session cannot show, such as another master. */
public final class SubmittedJob {
    private SubmittedJob() {}

    /**
     * Runs the launcher to its end and returns the lines of its standard output.
     *
     * @param submit the script, {@code jobs/submit} of this project
     * @param arguments the job's name and options, and those of Spark
     * @throws IOException if it cannot be started, or ends with another exit code than 0: with what it wrote last
     */
    public static List<String> run(Path submit, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(submit.toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile("submitted-job", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            keepSparkHomeOnlyIfInstalled(builder.environment());
            Process process = builder.start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                String reason = Files.readString(errors).strip();
                throw new IOException(String.join(" ", arguments) + " ended with exit code " + exitCode + ": "
                        + reason.substring(reason.lastIndexOf('\n') + 1));
            }
            return out.lines().toList();
        } finally {
            Files.delete(errors);
        }
    }

    /** A kernel whose executors are JVMs of their own has a SPARK_HOME that holds jars, but nothing to submit with. */
    private static void keepSparkHomeOnlyIfInstalled(Map<String, String> environment) {
        String home = environment.getOrDefault("SPARK_HOME", "");
        if (!Files.exists(Path.of(home, "bin", "spark-submit"))) {
            environment.remove("SPARK_HOME");
        }
    }
}
