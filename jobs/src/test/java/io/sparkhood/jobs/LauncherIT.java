package io.sparkhood.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What jobs/submit hands to the spark-submit of an installed Spark; here that is a script which prints its arguments. */
class LauncherIT {
    @TempDir
    Path sparkHome;

    private record Outcome(int exitCode, List<String> lines) {}

    @BeforeEach
    void installSpark() throws IOException {
        Path submit = Files.createDirectories(sparkHome.resolve("bin")).resolve("spark-submit");
        Files.writeString(submit, "#!/bin/sh\nprintf '%s\\n' \"conf=$SPARK_CONF_DIR\" \"$@\"\nexit 7\n");
        Files.setPosixFilePermissions(submit, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void hasDefaultsThatSuitALaptop() throws Exception {
        Outcome outcome = submit("doctor");
        assertThat(outcome.exitCode()).isEqualTo(7);
        assertThat(outcome.lines())
                .containsSequence("--master", "local[*]", "--driver-memory", "2g")
                .contains(
                        "spark.sql.parquet.columnarReaderBatchSize=16",
                        "spark.sql.orc.columnarReaderBatchSize=16",
                        "spark.sql.inMemoryColumnarStorage.batchSize=16",
                        "spark.ui.showConsoleProgress=false",
                        "io.sparkhood.jobs.Main")
                .endsWith("doctor");
        assertThat(outcome.lines().get(0)).endsWith("/jobs/conf");
    }

    @Test
    void separatesSparksOptionsFromTheJobs() throws Exception {
        Outcome outcome = submit(
                "denoise",
                "--input",
                "a b",
                "--master=local[3]",
                "--conf",
                "spark.sql.orc.columnarReaderBatchSize=64",
                "--output",
                "c",
                "--driver-memory",
                "4g",
                "--executor-memory=1g");
        assertThat(outcome.lines())
                .containsSequence("--master", "local[3]", "--driver-memory", "4g")
                .containsSequence("--conf", "spark.sql.orc.columnarReaderBatchSize=64")
                .containsSequence("--executor-memory", "1g")
                .doesNotContain("spark.sql.orc.columnarReaderBatchSize=16")
                .endsWith("denoise", "--input", "a b", "--output", "c");
    }

    @Test
    void theUsersConfigurationWins() throws Exception {
        Path conf = Files.createDirectory(sparkHome.resolve("conf"));
        Files.writeString(
                conf.resolve("spark-defaults.conf"),
                "# spark.sql.orc.columnarReaderBatchSize 64\nspark.sql.parquet.columnarReaderBatchSize 32\n");
        Outcome outcome = submit("doctor");
        assertThat(outcome.lines())
                .contains("conf=" + conf, "spark.sql.orc.columnarReaderBatchSize=16")
                .doesNotContain("spark.sql.parquet.columnarReaderBatchSize=16");
    }

    @Test
    void aPropertiesFileWinsOverOursAndStandsInForTheDefaults() throws Exception {
        Path conf = Files.createDirectory(sparkHome.resolve("conf"));
        Files.writeString(conf.resolve("spark-defaults.conf"), "spark.sql.orc.columnarReaderBatchSize 64\n");
        Path file = sparkHome.resolve("my.conf");
        Files.writeString(
                file,
                "#spark.sql.inMemoryColumnarStorage.batchSize 8\n"
                        + "  spark.sql.parquet.columnarReaderBatchSize=32\n"
                        + "spark.ui.showConsoleProgress true\n");
        for (List<String> option :
                List.of(List.of("--properties-file", "" + file), List.of("--properties-file=" + file))) {
            List<String> args = new ArrayList<>(option);
            args.add("doctor");
            Outcome outcome = submit(args.toArray(String[]::new));
            assertThat(outcome.lines())
                    .containsSequence("--properties-file", "" + file)
                    .contains(
                            "spark.sql.orc.columnarReaderBatchSize=16",
                            "spark.sql.inMemoryColumnarStorage.batchSize=16")
                    .doesNotContain(
                            "spark.sql.parquet.columnarReaderBatchSize=16", "spark.ui.showConsoleProgress=false")
                    .endsWith("doctor");
        }
        Outcome missing = submit("doctor", "--properties-file", "no-such");
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.lines()).endsWith("--properties-file no-such: there is no such file");
    }

    @Test
    void sparksOptionsMayStandBeforeTheJob() throws Exception {
        Outcome outcome = submit("--master", "local[2]", "--conf=a=b", "--name", "attend", "--verbose", "doctor", "x");
        assertThat(outcome.exitCode()).isEqualTo(7);
        assertThat(outcome.lines())
                .containsSequence("--master", "local[2]")
                .containsSequence("--conf", "a=b", "--name", "attend")
                .endsWith("doctor", "--verbose", "x");
    }

    @Test
    void saysWhereSparkIs() throws Exception {
        Outcome outcome = submit("--spark-home");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.lines()).endsWith(sparkHome.toString());
    }

    @Test
    void helpAndMistakesStartNoSpark() throws Exception {
        assertThat(submit("--help").exitCode()).isZero();
        assertThat(submit("attend", "--help").exitCode()).isZero();
        assertThat(submit("doctor", "--local").exitCode()).isZero();
        Outcome profile = submit("profile", "--feature-map", "9", "--kernel-size", "3", "--dry-run");
        assertThat(profile.exitCode()).isZero();
        assertThat(profile.lines()).anyMatch(line -> line.startsWith("  cpu: ") && line.contains("vectors of "));
        Outcome outcome = submit("nonsense");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.lines()).endsWith("Unmatched argument at index 0: 'nonsense'");
        assertThat(submit("doctor", "--master").lines()).endsWith("--master needs a value");
    }

    private Outcome submit(String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of("./submit"));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SPARK_HOME", sparkHome.toString());
        builder.environment().remove("SPARK_CONF_DIR");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output.lines().toList());
    }
}
