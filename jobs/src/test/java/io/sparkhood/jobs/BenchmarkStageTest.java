package io.sparkhood.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchmarkStageTest {
    private static final String NUMBERS = "( \\| \\d+\\.\\d+){5}( \\| -?\\d+\\.\\d+){3} \\| \\d+ \\| (\\d+|–) \\|";
    private static final String SPREADS = "( \\| (\\S+ / ){2}\\S+){9} \\| .* \\|";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rows 0                     | --rows must be at least 1, but is 0",
                "--kernel-size 0              | --kernel-size must be at least 1, but is 0",
                "--kernel-size 57             | --kernel-size must be at most 56, but is 57",
                "--runs 0                     | --runs must be at least 1, but is 0",
                "--warmup -1                  | --warmup must be at least 0, but is -1",
                "--tasks 0                    | --tasks must be at least 1, but is 0",
                "--forms array,float64        | --forms knows array, float32, bfloat16, but not 'float64'",
                "--sources csv                | --sources knows cached, parquet, generated, but not 'csv'",
                "--sources cached,parquet     | --sources parquet writes a table first: say where with --scratch, or leave parquet out",
                "--scratch src                | --scratch src exists; choose a directory that does not: it is made, and deleted at the end",
                "--csv /no/a.csv              | --csv cannot be written to /no: there is no such directory, or no right to write there",
            })
    void refusesWithASentenceAndStartsNoSpark(String arguments, String sentence) {
        Jobs.Outcome outcome = benchmark(arguments.split(" "));
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err().lines()).containsExactly(sentence);
        assertThat(outcome.out()).isEmpty();
        assertThat(SparkSession.getDefaultSession().isEmpty()).isTrue();
    }

    @Test
    void measuresEveryFormFromEverySource() throws IOException {
        Path scratch = directory.resolve("scratch");
        Path csv = directory.resolve("a.csv");
        Jobs.spark();
        Jobs.Outcome outcome = benchmark(
                "--rows=3",
                "--kernel-size=3",
                "--runs=1",
                "--warmup=0",
                "--sources=cached,parquet,generated",
                "--scratch=" + scratch,
                "--csv=" + csv);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines).hasSize(9 + 1 + 2 + 9 + 2);
        assertThat(lines.get(10))
                .isEqualTo(
                        "| master | form | source | rows | stage, s | identity, s | copy, s | plan, s | in runs, s | ratio |"
                                + " above copy | own ns/byte | rows/s | heap, MB |");
        assertThat(lines.get(12)).matches("\\| local\\[2] \\| array \\| cached \\| 3" + NUMBERS);
        assertThat(lines.get(13)).matches("\\| local\\[2] \\| array \\| parquet \\| 3" + NUMBERS);
        assertThat(lines.get(20)).matches("\\| local\\[2] \\| bfloat16 \\| generated \\| 3" + NUMBERS);
        assertThat(lines.get(22)).startsWith("2 tasks and lanes at once; 1 runs after 0; ");
        assertThat(Files.readAllLines(csv)).hasSize(10);
        assertThat(scratch).doesNotExist();
    }

    @Test
    void addsToTheTableOfOtherJvms() throws IOException {
        Path csv = directory.resolve("a.csv");
        for (int jvm = 0; jvm < 2; jvm++) {
            Jobs.spark();
            Jobs.Outcome outcome = benchmark(
                    "--rows=1",
                    "--forms=float32",
                    "--sources=generated",
                    "--runs=1",
                    "--warmup=0",
                    "--tasks=1",
                    "--csv=" + csv);
            assertThat(outcome.exitCode()).as(outcome.err()).isZero();
            assertThat(outcome.out().lines())
                    .anyMatch(line -> line.matches(
                            "\\| local\\[2] \\| float32 \\| generated \\| 1" + (jvms(csv) == 1 ? NUMBERS : SPREADS)))
                    .anyMatch(line -> line.startsWith("1 tasks and lanes at once; "));
        }
        assertThat(Files.readAllLines(csv).get(0))
                .isEqualTo(
                        "master,form,source,rows,stage_seconds,identity_seconds,copy_seconds,plan_seconds,in_runs_seconds,ratio,"
                                + "ratio_above_copy,own_ns_per_byte,rows_per_second,heap_mb");
        assertThat(jvms(csv)).isEqualTo(2);
    }

    private static int jvms(Path csv) {
        try {
            return Files.readAllLines(csv).size() - 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Jobs.Outcome benchmark(String... arguments) {
        List<String> all = new ArrayList<>(List.of("benchmark-stage"));
        all.addAll(List.of(arguments));
        return Jobs.run(all.toArray(String[]::new));
    }
}
