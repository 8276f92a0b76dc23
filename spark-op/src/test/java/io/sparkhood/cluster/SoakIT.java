package io.sparkhood.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory does not grow with the number of batches, and nothing is left when they are through. */
@Timeout(480)
class SoakIT {
    private static final long BATCHES = 10_000;
    private static final long WARM = 500;
    /** Room for the compiler's code and the like; a leak of 3.5 KB per batch, which is a sixteenth of its tensors, is more. */
    private static final long MOST_SPAN = 32L << 20;
    /** Bytes of live heap per batch: Spark's own records of its tasks need some tens. */
    private static final double MOST_GROWTH = 256;

    @Test
    void memoryIsFlatAfterTheFirst500Batches() throws Exception {
        Path folder = emptied(Path.of("target", "soak").toAbsolutePath());
        Path csv = folder.resolve("soak.csv");
        Path left = folder.resolve("left");
        assertThat(run(folder, Long.toString(BATCHES), csv.toString(), left.toString()))
                .as("exit code; see " + folder.resolve("log"))
                .isZero();
        SoakCurve curve = SoakCurve.read(csv);
        curve.draw(folder.resolve("soak.png"));

        assertThat(Files.readString(left)).isEqualTo("batches=" + BATCHES + "\nheld=false\nfiles=[]\n");
        try (Stream<Path> files = Files.walk(folder.resolve("tmp"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .as("files after the JVM")
                    .isEmpty();
        }
        assertThat(curve.resident()).hasSizeGreaterThan(150);
        assertThat(SoakCurve.span(curve.resident(), WARM))
                .as("resident bytes, largest less smallest, after " + WARM + " batches")
                .isLessThan(MOST_SPAN);
        assertThat(SoakCurve.growth(curve.liveHeap(), WARM))
                .as("live heap bytes per batch after " + WARM + " batches")
                .isLessThan(MOST_GROWTH);
    }

    /** In a JVM whose whole heap is resident from the start, so that resident memory shows what grows beside it. */
    private static int run(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-XX:+Ignore"))
                .forEach(command::add);
        command.addAll(List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-Xshare:auto"));
        command.add("-Djdk.reflect.useDirectMethodHandle=false");
        command.add("-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SoakRun.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().put("SPARK_LOCAL_DIRS", folder.resolve("tmp").toString());
        Process process = builder.start();
        try {
            if (!process.waitFor(450, TimeUnit.SECONDS)) {
                throw new IOException("the soak does not end; see " + folder.resolve("log"));
            }
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Path emptied(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return Files.createDirectories(folder);
    }
}
