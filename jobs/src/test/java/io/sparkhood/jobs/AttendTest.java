package io.sparkhood.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.format.Npy;
import io.sparkhood.ml.NeighborhoodAttention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AttendTest {
    @TempDir
    Path directory;

    private SparkSession spark;

    @BeforeEach
    void start() {
        spark = Jobs.spark();
        maps(spark).write().parquet(directory.resolve("in").toString());
    }

    @AfterEach
    void stop() {
        spark.stop();
    }

    @Test
    void writesWhatTheStageComputes() throws IOException {
        Path bias = directory.resolve("bias.npy");
        double[] values = {0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0}; // [2, 3, 3]
        Npy.of(values, 2, 3, 3).write(bias);
        Jobs.Outcome outcome = run("--kernel-size", "2,2", "--causal-axes", "0", "--relative-position-bias", "" + bias);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("stage ")
                .endsWith("attended: " + directory.resolve("out") + System.lineSeparator());
        try (SparkSession again = Jobs.spark()) {
            double[][] perHead = {{0, 1, 0, 0, 0, 0, 0, 0, 0}, {2, 0, 0, 0, 0, 0, 0, 0, 0}};
            List<Row> expected = new NeighborhoodAttention()
                    .setFeatureMap(3, 4)
                    .setHeads(2)
                    .setKernelSize(2, 2)
                    .setCausalAxes(0)
                    .setRelativePositionBias(perHead)
                    .transform(maps(again))
                    .orderBy("id")
                    .collectAsList();
            assertThat(again.read()
                            .parquet("" + directory.resolve("out"))
                            .orderBy("id")
                            .collectAsList())
                    .isEqualTo(expected);
        }
    }

    @Test
    void everyOptionReachesItsParam() throws IOException {
        AttendCommand options = new AttendCommand();
        new CommandLine(options)
                .parseArgs(("--input i --output o --query-col q --key-col k --value-col v --output-col out"
                                + " --log-sum-exp-col lse --run-time-col run --additional-key-col ak"
                                + " --additional-value-col av --feature-map 8,9 --heads 4 --key-value-heads 2"
                                + " --kernel-size 3,5 --stride 2,1 --dilation 1,2 --causal-axes 0,1 --scale 0.25"
                                + " --implementation naive --backend reference --backend-threads 3 --max-batch-bytes 4096"
                                + " --scratch-bytes 20000 --device-memory-bytes 30000"
                                + " --keep-input-cols false --handle-invalid keep --error-col why --check-finite true")
                        .split(" "));
        NeighborhoodAttention stage = AttendRun.stage(options);
        assertThat(List.of(
                        stage.getQueryCol(),
                        stage.getKeyCol(),
                        stage.getValueCol(),
                        stage.getOutputCol(),
                        stage.getLogSumExpCol(),
                        stage.getRunTimeCol(),
                        stage.getAdditionalKeyCol(),
                        stage.getAdditionalValueCol(),
                        stage.getHandleInvalid(),
                        stage.getErrorCol(),
                        stage.getBackend()))
                .containsExactly("q", "k", "v", "out", "lse", "run", "ak", "av", "keep", "why", "reference");
        assertThat(stage.getFeatureMap()).containsExactly(8, 9);
        assertThat(stage.getKernelSize()).containsExactly(3, 5);
        assertThat(stage.getStride()).containsExactly(2, 1);
        assertThat(stage.getDilation()).containsExactly(1, 2);
        assertThat(stage.getCausalAxes()).containsExactly(0, 1);
        assertThat(List.of(stage.getHeads(), stage.getKeyValueHeads(), stage.getBackendThreads()))
                .containsExactly(4, 2, 3);
        assertThat(stage.getScale()).isEqualTo(0.25);
        assertThat(stage.getImplementation()).isEqualTo("naive");
        assertThat(stage.getMaxBatchBytes()).isEqualTo(4096);
        assertThat(stage.getScratchBytes()).isEqualTo(20000);
        assertThat(stage.getDeviceMemoryBytes()).isEqualTo(30000);
        assertThat(stage.getKeepInputCols()).isFalse();
        assertThat(stage.getCheckFinite()).isTrue();
    }

    @Test
    void refusesABiasOfAnotherShape() throws IOException {
        Path bias = directory.resolve("bias.npy");
        Npy.of(new float[18], 2, 9).write(bias);
        assertThat(run("--kernel-size", "2,2", "--relative-position-bias", "" + bias)
                        .lastLine())
                .isEqualTo(
                        bias + ": a relative position bias must have the shape [heads, 3, 3], 2 kernelSize - 1 on each"
                                + " axis, but has [2, 9]");
    }

    @Test
    void refusesToReplaceATableUnlessAsked() throws IOException {
        Files.createFile(Files.createDirectory(directory.resolve("out")).resolve("part-0.parquet"));
        Jobs.Outcome outcome = run("--kernel-size", "2");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.lastLine())
                .isEqualTo("--output " + directory.resolve("out")
                        + " exists; choose another path, or replace it with --overwrite");
        spark = Jobs.spark();
        assertThat(run("--kernel-size", "2", "--overwrite").exitCode()).isZero();
    }

    @Test
    void aFailedRunMayBeRetried() {
        spark.sql("select array(1f, null) as query, array(1f, 2f) as key, array(1f, 2f) as value")
                .write()
                .parquet("" + directory.resolve("bad"));
        String out = "" + directory.resolve("out");
        String[] bad = {
            "attend",
            "--input",
            "" + directory.resolve("bad"),
            "--output",
            out,
            "--feature-map=2",
            "--heads=1",
            "--kernel-size=2"
        };
        Jobs.Outcome failed = Jobs.run(bad);
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.lastLine())
                .isEqualTo(
                        "one of the columns query, key, value has a null element in its array (row 0 of partition 0)");
        assertThat(directory.resolve("out")).exists();
        spark = Jobs.spark();
        Jobs.Outcome retried = run("--kernel-size", "2");
        assertThat(retried.exitCode()).as(retried.err()).isZero();
        spark = Jobs.spark();
        assertThat(spark.read().parquet(out).count()).isEqualTo(5);
    }

    @Test
    void keepsARowThatCannotBeComputedWithTheSentence() {
        spark.sql("select array(1f, null) as query, array(1f, 2f) as key, array(1f, 2f) as value")
                .write()
                .parquet("" + directory.resolve("bad"));
        String out = "" + directory.resolve("out");
        String[] keeping = {
            "attend",
            "--input",
            "" + directory.resolve("bad"),
            "--output",
            out,
            "--feature-map=2",
            "--heads=1",
            "--kernel-size=2",
            "--handle-invalid=keep",
            "--error-col=why"
        };
        Jobs.Outcome outcome = Jobs.run(keeping);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        spark = Jobs.spark();
        Row row = spark.read().parquet(out).first();
        assertThat(row.<String>getAs("why")).isEqualTo("column query: element 1 is null");
        assertThat(row.isNullAt(row.fieldIndex("output"))).isTrue();
        assertThat(row.getList(row.fieldIndex("query"))).containsExactly(1f, null);
    }

    @Test
    void namesTheRowThatFailed() {
        assertThat(Jobs.run(
                                "attend",
                                "--input",
                                "" + directory.resolve("in"),
                                "--output",
                                "" + directory.resolve("out"),
                                "--feature-map=3,5",
                                "--heads=2",
                                "--kernel-size=2")
                        .lastLine())
                .matches(Pattern.quote("column query: length must be a multiple of tokens × heads = 30, but is 48"
                                + " (featureMap=[3, 5], heads=2) (row 0 of partition ")
                        + "[01]\\)");
    }

    @Test
    void saysHowMuchScratchIsMissing() {
        assertThat(run("--kernel-size", "2", "--backend", "cpu", "--scratch-bytes", "1000")
                        .lastLine())
                .matches(
                        "no backend can run this \\(backend=cpu\\):; cpu: refuses: headDim 2, valueDim 2 and 1 heads per"
                                + " key need \\d+ bytes of scratch per thread, more than the limit of 1000; raise scratchBytes"
                                + " \\(row 0 of partition \\d\\)");
    }

    @Test
    void refusesAnInputThatIsMissing() {
        Path missing = directory.resolve("no-such");
        Jobs.Outcome outcome = Jobs.run(
                "attend", "--input", "" + missing, "--output", "" + directory.resolve("out"), "--kernel-size=2");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.lastLine()).isEqualTo("--input " + missing + ": there is no such table");
    }

    @Test
    void neverReplacesItsInput() {
        String input = directory.resolve("in") + "/";
        String output = "file:" + directory.resolve("in");
        Jobs.Outcome outcome =
                Jobs.run("attend", "--input", input, "--output", output, "--kernel-size=2", "--overwrite");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.lastLine())
                .isEqualTo(
                        "--output must neither be nor hold nor lie in --input, for a table cannot be read while it is"
                                + " replaced, but --input is " + input + " and --output is " + output);
        spark = Jobs.spark();
        assertThat(spark.read().parquet("" + directory.resolve("in")).count()).isEqualTo(5);
    }

    @Test
    void refusesWhatTheStageRefuses() {
        assertThat(run("--kernel-size", "2", "--query-col", "q").lastLine())
                .isEqualTo("queryCol: there is no column 'q'; the columns are id, query, key, value");
    }

    private Jobs.Outcome run(String... options) {
        List<String> args = new ArrayList<>(List.of(
                "attend",
                "--input",
                "" + directory.resolve("in"),
                "--output",
                "" + directory.resolve("out"),
                "--feature-map",
                "3,4",
                "--heads",
                "2"));
        args.addAll(List.of(options));
        return Jobs.run(args.toArray(String[]::new));
    }

    /** Rows of [3, 4, 2, 2]. */
    private static Dataset<Row> maps(SparkSession spark) {
        return spark.range(5)
                .selectExpr(
                        "id",
                        "transform(sequence(1, 48), i -> cast(sin(i + id) as float)) as query",
                        "transform(sequence(1, 48), i -> cast(cos(i * id) as float)) as key",
                        "transform(sequence(1, 48), i -> cast(i - id as float)) as value");
    }
}
