package io.sparkhood.jobs.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileCsvTest {
    private static String line(String plan, double seconds, OptionalDouble peak) {
        Problem problem = new Problem(
                "p",
                2,
                NeighborhoodAttentionOperator.on(10).headDim(5).kernelSize(5).build());
        return ProfileCsv.line(new Measurement(
                problem,
                "cpu",
                plan,
                80,
                640,
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
        assertThat(table.toString().lines().skip(2))
                .containsExactly("| p | cpu | 0.00 | 0.5 / 1.0 / 2.0 | 0.125 / 0.250 / 0.500 | 2.0x | 1.3x | 3.0x |");
        assertThat(table.medianLines()).containsExactly(jvms.get(0));
    }
}
