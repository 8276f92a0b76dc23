package io.sparkhood.jobs.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileCsvTest {
    private static String line(String plan, double seconds, OptionalDouble peak) {
        return line("p", "cpu", plan, seconds, peak);
    }

    private static String line(String name, String backend, String plan, double seconds, OptionalDouble peak) {
        Problem problem = new Problem(
                name,
                2,
                NeighborhoodAttentionOperator.on(10).headDim(5).kernelSize(5).build());
        return ProfileCsv.line(new Measurement(
                problem,
                backend,
                plan,
                80,
                640,
                0,
                new Times(seconds / 2, seconds, 2 * seconds),
                peak,
                new Measurement.Full(OptionalDouble.of(3 * seconds), true)));
    }

    @Test
    void aLineHasEveryNumber() {
        assertThat(line("a, \"b\"", 1e-6, OptionalDouble.of(4e9)))
                .isEqualTo("p,cpu,float32,\"a, \"\"b\"\"\",0.00050,0.00100,0.00200,2.000,4.0,0.5000,1600,2.000,1.250,"
                        + "3.000,640");
        assertThat(line("a", 1e-6, OptionalDouble.empty()))
                .isEqualTo("p,cpu,float32,a,0.00050,0.00100,0.00200,2.000,,,1600,2.000,1.250,3.000,640");
    }

    @Test
    void cellsAreReadAsTheyWereWritten(@TempDir Path directory) throws Exception {
        String line = line("a, \"b\", c", 1e-6, OptionalDouble.empty());
        Path file = directory.resolve("a.csv");
        ProfileCsv.write(file, List.of(line));
        assertThat(ProfileCsv.read(file)).containsExactly(line);
        assertThat(ProfileCsv.cell(line, "plan")).isEqualTo("a, \"b\", c");
        assertThat(ProfileCsv.cell(line, "peak_gflops")).isEmpty();
        assertThat(ProfileCsv.cell(line, "scratch_bytes")).isEqualTo("640");
    }

    @Test
    void aTableOverJvmsShowsTheirSpread() {
        List<String> jvms = List.of(
                line("a", 2e-6, OptionalDouble.of(4e9)),
                line("a", 1e-6, OptionalDouble.of(4e9)),
                line("a", 4e-6, OptionalDouble.of(4e9)));
        FreshJvmTable table = new FreshJvmTable(List.of(jvms));
        assertThat(table.toString().lines())
                .containsExactly(
                        "| problem | backend | ms | useful GFLOP/s | share of peak | FLOP bound | tile bound | over full"
                                + " attention |",
                        "|---|---|---|---|---|---|---|---|",
                        "| p | cpu | 0.00 | 0.5 / 1.0 / 2.0 | 0.125 / 0.250 / 0.500 | 2.0x | 1.3x | 3.0x |");
        assertThat(table.medianLines()).containsExactly(jvms.get(0));
    }

    @Test
    void aTableWithAPlainProblemComparesTheOthersWithIt() {
        FreshJvmTable table = new FreshJvmTable(List.of(
                jvms("plain", "cpu", 1e-6, 4e-6, 2e-6),
                jvms("causal", "cpu", 2.24e-6, 1e-6, 8e-6),
                jvms("causal", "cuda", 1e-6, 1e-6, 1e-6), // which refused the plain one
                jvms("plain", "reference", 9e-6, 9e-6, 9e-6),
                jvms("causal", "reference", 3e-6, 3e-6, 3e-6)));
        List<String> rows = table.toString().lines().toList();
        assertThat(rows.get(0)).endsWith(" | over full attention | time per FLOP |");
        assertThat(rows.get(1)).isEqualTo("|---|---|---|---|---|---|---|---|---|");
        assertThat(rows.subList(2, 7))
                .extracting(row -> row.substring(row.lastIndexOf("3.0x")))
                .containsExactly("3.0x | 1.00x |", "3.0x | 1.12x |", "3.0x | – |", "3.0x | 1.00x |", "3.0x | 0.33x |");
    }

    private static List<String> jvms(String problem, String backend, double... seconds) {
        return Arrays.stream(seconds)
                .mapToObj(time -> line(problem, backend, "a", time, OptionalDouble.of(4e9)))
                .toList();
    }
}
