package io.sparkhood.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.image.PictureReader;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.SparkException;
import org.apache.spark.SparkIllegalArgumentException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
    @Test
    void helpNamesEveryJobAndOption() {
        assertThat(Jobs.run("--help").out())
                .contains("attend", "denoise", "doctor", "profile", "benchmark-stage", "--driver-memory");
        assertThat(Jobs.run("attend", "--help").out())
                .contains(
                        "--input",
                        "--output",
                        "--overwrite",
                        "--query-col",
                        "--key-col",
                        "--value-col",
                        "--output-col",
                        "--log-sum-exp-col",
                        "--run-time-col",
                        "--additional-key-col",
                        "--additional-value-col",
                        "--feature-map",
                        "--heads",
                        "--key-value-heads",
                        "--kernel-size",
                        "--stride",
                        "--dilation",
                        "--causal-axes",
                        "--scale",
                        "--relative-position-bias",
                        "--backend",
                        "--backend-threads",
                        "--scratch-bytes",
                        "--max-batch-bytes",
                        "--keep-input-cols");
    }

    @Test
    void aWrongCommandLineIsExitCodeTwoAndASentence() {
        Jobs.Outcome outcome = Jobs.run("denoise", "--input", "a");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err().lines())
                .containsExactly("Try 'jobs/submit denoise --help'.", "Missing required option: '--output=DIR'");
        assertThat(Jobs.run("denoise", "--patch", "x", "--input", "a", "--output", "b")
                        .lastLine())
                .isEqualTo("Invalid value for option '--patch': 'x' is not an int");
        assertThat(Jobs.run().lastLine()).isEqualTo("Missing required subcommand");
    }

    @Test
    void aFailureIsExitCodeOneAndASentenceWithoutStackTrace(@TempDir Path directory) {
        Path missing = directory.resolve("missing");
        String[] args = {"denoise", "--input", missing.toString(), "--output", "b"};
        Jobs.Outcome outcome = Jobs.run(args);
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err().lines()).containsExactly(missing + ": there is no such file or directory");
    }

    @Test
    void verboseAddsTheStackTraceBeforeTheSentence(@TempDir Path directory) {
        Path missing = directory.resolve("missing");
        Jobs.Outcome outcome = Jobs.run("denoise", "--verbose", "--input", missing.toString(), "--output", "b");
        assertThat(outcome.err()).contains("\tat ");
        assertThat(outcome.lastLine()).isEqualTo(missing + ": there is no such file or directory");
    }

    @Test
    void theOutermostSentenceOfOursSpeaks() {
        Throwable row = new IllegalArgumentException(
                "column 'q' has no shape (row 3 of partition 1)", new IllegalArgumentException("no shape"));
        assertThat(Failure.sentence(new SparkException("Job aborted.", row)))
                .isEqualTo("column 'q' has no shape (row 3 of partition 1)");
        Throwable nullElement = new IllegalArgumentException(
                "one of the columns q, k, v has a null element in its array (row 0 of partition 0)",
                new SparkIllegalArgumentException("NOT_NULL_ASSERT_VIOLATION", Map.of("walkedTypePath", "\n")));
        assertThat(Failure.sentence(new SparkException("Job aborted.", nullElement)))
                .isEqualTo("one of the columns q, k, v has a null element in its array (row 0 of partition 0)");
        Throwable rule = new IllegalArgumentException("heads must be at least 1");
        assertThat(Failure.sentence(new IllegalStateException("job aborted", rule)))
                .isEqualTo("heads must be at least 1");
        assertThat(Failure.sentence(new IllegalArgumentException(new IOException("a.png: cut"))))
                .isEqualTo("a.png: cut");
    }

    @Test
    void anOverflowIsTheSentenceOfItsRule() {
        assertThatThrownBy(() -> NeighborhoodAttentionOperator.on(1 << 30, 1 << 30)
                        .kernelSize(3)
                        .heads(1 << 10)
                        .headDim(32)
                        .build())
                .satisfies(overflow -> assertThat(Failure.sentence(new IllegalStateException(overflow)))
                        .isEqualTo("one row has more elements than a 64-bit number counts (featureMap=[1073741824,"
                                + " 1073741824], heads=1024, headDim=32, valueDim=32, additionalTokens=0)"));
    }

    @Test
    void aCutPictureIsNamed(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("a.png");
        Files.copy(Path.of("samples", "chelsea.png"), file);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> PictureReader.read(file))
                .satisfies(cut -> assertThat(Failure.sentence(new UncheckedIOException((IOException) cut)))
                        .isEqualTo(file + ": the picture cannot be decoded: Unexpected end of ZLIB input stream"));
    }

    @Test
    void withoutASentenceOfOursTheDeepestCauseSpeaks() {
        Throwable foreign = new SparkIllegalArgumentException("INVALID_URL", Map.of("url", "x"));
        assertThat(Failure.sentence(new SparkException("Job aborted.", foreign)))
                .isEqualTo("SparkIllegalArgumentException: " + foreign.getMessage());
        assertThat(Failure.sentence(new IOException("a.png: cut"))).isEqualTo("a.png: cut");
        assertThat(Failure.sentence(new NoSuchFileException("a"))).isEqualTo("a: there is no such file or directory");
        assertThat(Failure.sentence(new AccessDeniedException("a"))).isEqualTo("a: access denied");
        assertThat(Failure.sentence(new NullPointerException())).isEqualTo("NullPointerException");
        assertThat(Failure.sentence(new OutOfMemoryError("Java heap space")))
                .isEqualTo("OutOfMemoryError: Java heap space");
    }

    @Test
    void aSentenceIsOneLine() {
        assertThat(Failure.sentence(new IllegalStateException("no column 'q'.\n\n  == plan ==\r\n\tscan\n")))
                .isEqualTo("IllegalStateException: no column 'q'.; == plan ==; scan");
    }

    @Test
    void aMissingClassSaysWhatBringsIt() {
        Throwable missing = new NoClassDefFoundError("org/apache/spark/sql/SparkSession")
                .initCause(new ClassNotFoundException("org.apache.spark.sql.SparkSession"));
        assertThat(Failure.sentence(new IllegalStateException(missing)))
                .isEqualTo("a part of the job cannot be loaded: NoClassDefFoundError:"
                        + " org/apache/spark/sql/SparkSession; start it with jobs/submit, which brings Spark and all"
                        + " else");
        assertThat(Failure.sentence(new ExceptionInInitializerError(new IOException("no seed"))))
                .isEqualTo("no seed");
    }
}
