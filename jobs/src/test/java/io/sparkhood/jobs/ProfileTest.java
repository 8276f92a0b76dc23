package io.sparkhood.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                             | --feature-map and --kernel-size are required, or --standard or --options",
                "--feature-map 9,9                              | --feature-map and --kernel-size are required, or --standard or --options",
                "--standard --heads 2                           | --standard brings its own problems; leave out the options of one problem",
                "--standard=nat1,nat9                           | --standard knows nat1, nat2, nat3, nat4, large2d, dilated, sequence, video, gna, but not 'nat9'",
                "--standard --plot a.png                        | --plot draws one problem, but there are 9; name one of them, such as nat1",
                "--options --heads 2                            | --options brings its own problems; leave out the options of one problem",
                "--options=bias --standard=nat1                 | --standard and --options bring their own problems; leave out one of them",
                "--options=bias,nat2                            | --options knows plain, causal, stride, dilated, bias, additional, logSumExp, grouped, valueDim, headDim16, headDim20, headDim40, headDim64, headDim80, float16, bfloat16, everything, but not 'nat2'",
                "--options --plot a.png                         | --plot draws one problem, but there are 17; name one of them, such as plain",
                "--paper --heads 2                              | --paper brings its own problems, dtypes and implementations; leave out --standard, --options, --implementation and the options of one problem",
                "--paper --implementation gemm                  | --paper brings its own problems, dtypes and implementations; leave out --standard, --options, --implementation and the options of one problem",
                "--paper --explain                              | --paper prints one table; leave out --dry-run, --explain, --csv, --plot and --fresh-jvms",
                "--paper --csv a.csv                            | --paper prints one table; leave out --dry-run, --explain, --csv, --plot and --fresh-jvms",
                "--standard --implementation fast               | implementation must be one of auto, fused, gemm, naive, but is 'fast'",
                "--standard --dry-run --csv a.csv               | --dry-run computes nothing; leave out --csv, --plot and --fresh-jvms",
                "--standard --explain --dry-run                 | --explain prints its own lines; leave out --dry-run, --csv, --plot and --fresh-jvms",
                "--standard=nat1 --plot a.png --fresh-jvms 2    | --plot draws what one JVM measures; leave out --fresh-jvms",
                "--standard --fresh-jvms 0                      | --fresh-jvms must be at least 1, but is 0",
                "--standard --threads 0                         | --threads must be at least 1, but is 0",
                "--standard --scratch-bytes 0                   | --scratch-bytes must be at least 1, but is 0",
                "--standard --repeat 0                          | --repeat must be at least 1, but is 0",
                "--standard --warmup -1                         | --warmup must be at least 0, but is -1",
                "--feature-map 9 --kernel-size 3 --batch 0      | --batch must be at least 1, but is 0",
                "--standard --backend tpu                       | --backend must be one of all, cpu, cuda, reference, but is 'tpu'",
                "--standard --csv /no/a.csv                     | --csv cannot be written to /no: there is no such directory, or no right to write there",
                "--standard --dtype int8                        | dtype must be one of float32, float16, bfloat16, but is 'int8'",
                "--feature-map 9 --kernel-size 3 --heads 3 --key-value-heads 2 | keyValueHeads must divide heads: 3 % 2 = 1 (heads=3, keyValueHeads=2)",
            })
    void refusesWithASentence(String arguments, String sentence) {
        Jobs.Outcome outcome = profile(arguments.isEmpty() ? new String[0] : arguments.split(" "));
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err().lines()).containsExactly(sentence);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void aNumberThatIsNoneIsAWrongCommandLine() {
        Jobs.Outcome outcome = profile("--feature-map", "9,x", "--kernel-size", "3");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.lastLine()).isEqualTo("Invalid value for option '--feature-map' (N): 'x' is not an int");
    }

    @Test
    void aDryRunSaysWhichPlansWouldBeTakenAndWhyNot() {
        Jobs.Outcome outcome = profile("--feature-map", "8,9", "--kernel-size", "3", "--dtype", "float16", "--dry-run");
        assertThat(outcome.exitCode()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(1))
                .isEqualTo("1 x 8x9 h1 d32 3x3 float16; useful 8.294e-05 GFLOP, moved 18.4 kB, FLOP bound 8.00x");
        assertThat(lines.get(2)).startsWith("  cuda: ");
        assertThat(lines.get(3)).matches("  cpu: tiles of .*; tile bound .*x, scratch .* per thread");
        assertThat(lines.get(4))
                .isEqualTo("  reference: one query at a time, double precision; tile bound 8.00x, scratch 0.7 kB per"
                        + " thread");
    }

    @Test
    void aDryRunShowsTheImplementationThatWasAskedFor() {
        String[] problem = {"--feature-map=8,9", "--kernel-size=3", "--heads=2", "--dry-run", ""};
        problem[4] = "--implementation=gemm";
        assertThat(profile(problem).out())
                .containsPattern(
                        "  cpu: gemm in tiles of .*; tile bound .*x, scratch .* per thread, attention weights 5.2 kB")
                .contains("  reference: refuses: it has only the definition, not the gemm implementation; choose"
                        + " implementation=auto, or backend=cpu");
        problem[4] = "--implementation=naive";
        assertThat(profile(problem).out())
                .containsPattern("  cpu: naive, one query and key at a time; tile bound 8.00x, scratch .* per thread,"
                        + " attention weights 5.2 kB");
        problem[4] = "--implementation=fused";
        assertThat(profile(problem).out()).containsPattern("  cpu: tiles of .* per thread\\R");
    }

    @Test
    void anExplanationNamesEveryWayWithItsPrediction() {
        Jobs.Outcome outcome = profile(
                "--feature-map", "56,56", "--kernel-size", "7", "--heads", "2", "--dtype", "float16", "--explain");
        assertThat(outcome.exitCode()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines).hasSize(13);
        assertThat(lines.get(6)).startsWith("  cuda on h200, not run on hardware: ");
        assertThat(lines.get(7))
                .isEqualTo(
                        "    cuda: neighborhood_attention_halo_float16_dim32: query tiles 1x8x8, halos of 200 keys in"
                                + " steps of 1x2x16, 49 x 2 blocks, 35488 bytes of shared memory; 153664 of 401408 executed"
                                + " pairs are useful, 2.61x");
        assertThat(lines.get(8))
                .matches("      5 blocks of 4 warps on a multiprocessor; predicted 0\\.\\d+ ms, not measured");
        assertThat(lines.get(9)).startsWith("    cuda: neighborhood_attention_float16_dim32: ");
        assertThat(lines.get(11)).matches("  cpu: tiles of .* executed pairs are useful, .*x; one way");
    }

    @Test
    void anExplanationPredictsForKnownDevicesOnly() {
        String[] other = {"--feature-map=9", "--kernel-size=3", "--backend=cuda", "--explain=a10"};
        assertThat(profile(other).out()).contains("  cuda on a10, not run on hardware: ");
        other[3] = "--explain=h100";
        assertThat(profile(other).lastLine()).isEqualTo("--explain predicts for h200, a100, a10, but is 'h100'");
    }

    @Test
    void aDryRunSaysWhyABackendRefuses() {
        Jobs.Outcome outcome = profile("--feature-map=2", "--kernel-size=2", "--head-dim=20000000", "--dry-run");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("  cpu: refuses: headDim 20000000, valueDim 20000000 and 1 heads per key need ");
    }

    @Test
    void aDryRunKeepsToTheScratchThatItIsGiven() {
        String[] wide = {"--feature-map=96,96", "--kernel-size=31", "--head-dim=64", "--backend=cpu", "--dry-run"};
        assertThat(profile(wide).out()).contains("  cpu: tiles of ");
        List<String> little = new ArrayList<>(List.of(wide));
        little.add("--scratch-bytes=1000");
        assertThat(profile(little.toArray(String[]::new)).out())
                .containsPattern(
                        "  cpu: refuses: headDim 64, valueDim 64 and 1 heads per key need \\d+ bytes of scratch"
                                + " per thread, more than the limit of 1000; raise scratchBytes");
    }

    @Test
    void aDryRunKnowsTheStandardProblemsAndLeavesTheReferenceOut() {
        List<String> lines = profile("--standard", "--dry-run").out().lines().toList();
        assertThat(lines.stream().filter(line -> line.contains(" h")))
                .anyMatch(line -> line.startsWith("nat1: 16 x 56x56 h2 d32 7x7; useful 0.6294 GFLOP, moved 51.4 MB,"))
                .anyMatch(line -> line.startsWith("dilated: 4 x 64x64 h4 d32 7x7 dilation 4x4;"))
                .anyMatch(line -> line.startsWith("video: 2 x 8x28x28 h4 d32 3x7x7;"))
                .anyMatch(line -> line.startsWith("gna: 1 x 256x256 h4 d64 32x32 stride 16x16;"));
        assertThat(lines)
                .filteredOn(line -> line.startsWith("  cpu: tiles of "))
                .hasSize(9);
        assertThat(lines)
                .contains("  reference: left out: 0.629 GFLOP would take it long; --backend reference asks for it");
    }

    @Test
    void aDryRunKnowsTheOptionsOfTheOperator() {
        List<String> all =
                profile("--options", "--backend=cpu", "--dry-run").out().lines().toList();
        assertThat(all).filteredOn(line -> line.startsWith("  cpu: tiles of ")).hasSize(17);
        List<String> two = profile("--options=everything,causal", "--backend=cpu", "--dry-run")
                .out()
                .lines()
                .filter(line -> line.contains(" h4 "))
                .map(line -> line.substring(0, line.indexOf(';')))
                .toList();
        assertThat(two)
                .containsExactly(
                        "causal: 16 x 28x28 h4 d32 7x7 causal 0+1",
                        "everything: 16 x 28x28 h4 d40 7x7 stride 2x1 dilation 1x2 causal 1 kv2 v24 +4 bias logSumExp");
    }

    @Test
    void helpNamesEverySetOfProblems() {
        assertThat(profile("--help").out()).contains("--standard[=NAME", "--options[=NAME", "--scratch-bytes=BYTES");
    }

    @Test
    void timesEveryBackendAndStartsNoSpark() throws IOException {
        Path csv = directory.resolve("a.csv");
        Jobs.Outcome outcome = profile(
                "--feature-map=9,10",
                "--kernel-size=3",
                "--heads=4",
                "--key-value-heads=2",
                "--additional-tokens=3",
                "--relative-position-bias",
                "--causal-axes=1",
                "--repeat=3",
                "--csv=" + csv);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("1 x 9x10 h4 d32 3x3 causal 1 kv2 +3 bias; useful ")
                .containsPattern("(?m)^  cpu +\\d.*%.*x +\\d+\\.\\d\\dx$")
                .containsPattern("(?m)^  reference +\\d.* - +- .*x$")
                .endsWith("wrote " + csv + System.lineSeparator());
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0))
                .isEqualTo(
                        "problem,backend,dtype,plan,min_ms,median_ms,max_ms,useful_gflops,peak_gflops,peak_fraction,"
                                + "bytes_moved,flop_bound_speedup,tile_bound_speedup,speedup_over_full_attention,scratch_bytes");
        assertThat(lines.get(1)).startsWith("1 x 9x10 h4 d32 3x3 causal 1 kv2 +3 bias,cpu,float32,\"cpu: tiles of ");
        assertThat(lines.get(2)).contains(",reference,float32,").contains(",,,"); // it has no peak
        assertThat(SparkSession.getDefaultSession().isEmpty()).isTrue();
    }

    @Test
    void nothingTimedIsAFailure() {
        Jobs.Outcome outcome = profile("--feature-map=2", "--kernel-size=2", "--head-dim=20000000", "--backend=cpu");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out())
                .contains("  cpu: refuses: headDim 20000000, valueDim 20000000 and 1 heads per key need ");
        assertThat(outcome.lastLine()).isEqualTo("nothing was timed; the lines above say why");
    }

    @Test
    void drawsAPicture() throws IOException {
        Path plot = directory.resolve("a.png");
        Jobs.Outcome outcome =
                profile("--feature-map=9", "--kernel-size=5", "--repeat=1", "--backend=cpu", "--plot=" + plot);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        BufferedImage picture = ImageIO.read(plot.toFile());
        assertThat(picture.getWidth()).isEqualTo(1440);
        assertThat(picture.getHeight()).isEqualTo(480);
        int[] colors = picture.getRGB(0, 0, 1440, 480, null, 0, 1440);
        assertThat(Arrays.stream(colors).distinct().count()).isGreaterThan(10);
    }

    @Test
    void freshJvmsMakeATableInMarkdown() throws IOException {
        Path csv = directory.resolve("b.csv");
        Jobs.Outcome outcome = profile(
                "--feature-map=9", "--kernel-size=3", "--backend=cpu", "--repeat=1", "--fresh-jvms=2", "--csv=" + csv);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.err().lines()).containsExactly("JVM 1 of 2 ...", "JVM 2 of 2 ...");
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0)).startsWith("| problem | backend | ms | useful GFLOP/s | share of peak |");
        assertThat(lines.get(2))
                .matches("\\| 1 x 9 h1 d32 3 \\| cpu \\| [0-9.]+ \\| [0-9.]+ / [0-9.]+ / [0-9.]+ \\| .*x \\|");
        assertThat(lines.get(4))
                .startsWith("2 fresh JVMs, min / median / max; ")
                .contains("; Java ");
        assertThat(lines.get(5))
                .isEqualTo("`jobs/submit profile --feature-map=9 --kernel-size=3 --backend=cpu --repeat=1"
                        + " --fresh-jvms 2`");
        assertThat(Files.readAllLines(csv)).hasSize(2);
    }

    @Test
    void freshJvmsCompareTheOptionsWithThePlainProblem() throws IOException {
        Path csv = directory.resolve("c.csv");
        Jobs.Outcome outcome = profile(
                "--options=plain,causal",
                "--backend=cpu",
                "--repeat=1",
                "--warmup=0",
                "--threads=1",
                "--fresh-jvms=1",
                "--csv=" + csv);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines.get(0)).endsWith("| over full attention | time per FLOP |");
        assertThat(lines.get(2)).startsWith("| plain | cpu | ").endsWith("x | 1.00x |");
        assertThat(lines.get(3)).matches("\\| causal \\| cpu \\| .*x \\| [0-9.]+x \\|");
        assertThat(lines.get(6)).startsWith("`jobs/submit profile --options=plain,causal --backend=cpu ");
        assertThat(Files.readAllLines(csv)).hasSize(3);
    }

    private static Jobs.Outcome profile(String... arguments) {
        List<String> all = new ArrayList<>(List.of("profile"));
        all.addAll(List.of(arguments));
        return Jobs.run(all.toArray(String[]::new));
    }
}
