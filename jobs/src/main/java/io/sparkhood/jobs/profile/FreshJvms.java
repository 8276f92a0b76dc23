package io.sparkhood.jobs.profile;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The job in several JVMs, one after the other: what the compiler makes of a loop differs from JVM to JVM by more than regions
 * in one of them do.
 *
 * @param count how many
 * @param main class that runs jobs
 * @param arguments of the job, without those that are for the parent alone
 */
public record FreshJvms(int count, Class<?> main, List<String> arguments) {
    public FreshJvms {
        arguments = List.copyOf(arguments);
        if (count < 1) {
            throw new IllegalArgumentException("--fresh-jvms must be at least 1, but is " + count);
        }
    }

    /** Runs them, prints the table and writes the csv, one line per problem and backend: that of the median JVM. */
    public void run(ProfileSettings settings, PrintWriter out, PrintWriter progress)
            throws IOException, InterruptedException {
        Map<String, List<String>> lines = new LinkedHashMap<>(); // by problem and backend, one per JVM
        for (int jvm = 1; jvm <= count; jvm++) {
            progress.println("JVM " + jvm + " of " + count + " ...");
            progress.flush();
            for (String line : measure()) {
                String key = ProfileCsv.cell(line, "problem") + ',' + ProfileCsv.cell(line, "backend");
                lines.computeIfAbsent(key, absent -> new ArrayList<>()).add(line);
            }
        }
        FreshJvmTable table = new FreshJvmTable(List.copyOf(lines.values()));
        out.print(table);
        out.println();
        out.println(count + " fresh JVMs, min / median / max; " + Machine.describe(settings.threads())
                + Machine.commit().map("; commit "::concat).orElse("") + ":");
        out.println("`jobs/submit profile " + String.join(" ", arguments) + " --fresh-jvms " + count + "`");
        out.flush();
        if (settings.csv().isPresent()) {
            ProfileCsv.write(settings.csv().get(), table.medianLines());
        }
    }

    private List<String> measure() throws IOException, InterruptedException {
        Path csv = Files.createTempFile("profile", ".csv");
        try {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), "profile"));
            command.addAll(arguments);
            command.addAll(List.of("--csv", csv.toString()));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("a fresh JVM failed:\n" + printed.stripTrailing());
            }
            return ProfileCsv.read(csv);
        } finally {
            Files.delete(csv);
        }
    }
}
