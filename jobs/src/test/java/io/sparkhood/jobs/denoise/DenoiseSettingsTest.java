package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenoiseSettingsTest {
    private static final Path IN = Path.of("in");
    private static final Path OUT = Path.of("out");
    private static final OptionalDouble NONE = OptionalDouble.empty();

    @Test
    void refusesNumbersOutOfRange() {
        refused(List.of(21), 7, 0.5, NONE, "--kernel-size must have 2 values for pictures or 3 for videos, but has 1");
        refused(List.of(21, 0), 7, 0.5, NONE, "--kernel-size must be at least 1 on every axis, but is [21, 0]");
        refused(List.of(21, 21), 6, 0.5, NONE, "--patch must be odd and at least 1, but is 6");
        refused(List.of(21, 21), 17, 0.5, NONE, "--patch must be at most 15, but is 17");
        refused(List.of(21, 21), 7, 0, NONE, "--strength must be at least 0.001, but is 0.0");
        refused(List.of(21, 21), 7, Double.NaN, NONE, "--strength must be at least 0.001, but is NaN");
        refused(List.of(21, 21), 7, 1e-30, NONE, "--strength must be at least 0.001, but is 1.0E-30");
        refused(
                List.of(21, 21),
                7,
                0.5,
                OptionalDouble.of(1e-30),
                "--noise-sigma must be 0 or at least 0.001 grey levels, but is 1.0E-30");
        refused(
                List.of(21, 21),
                7,
                0.5,
                OptionalDouble.of(-1),
                "--noise-sigma must be 0 to 255 grey levels, but is -1.0");
    }

    @Test
    void refusesToWriteOverWhatItReads() {
        assertThatThrownBy(() -> settings(IN, Path.of("x/../in"), Optional.empty(), Optional.empty()))
                .hasMessage("results must not be written over pictures that are read: x/../in is both; choose another"
                        + " directory");
        assertThatThrownBy(() -> settings(IN, OUT, Optional.of(Path.of("c")), Optional.of(Path.of("c"))))
                .hasMessage(
                        "results must not be written over pictures that are read: c is both; choose another directory");
        assertThatThrownBy(() -> settings(IN, OUT, Optional.empty(), Optional.of(OUT)))
                .hasMessage("--output and --keep-noisy must be different directories, but both are out");
    }

    @Test
    void refusesToWriteOverWhatItReadsThroughALink(@TempDir Path directory) throws IOException {
        Path in = Files.createDirectory(directory.resolve("in"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), in);
        assertThatThrownBy(() -> settings(in, link, Optional.empty(), Optional.empty()))
                .hasMessage("results must not be written over pictures that are read: " + link
                        + " is both; choose another directory");
        Path missing = Path.of("new/out");
        assertThatThrownBy(
                        () -> settings(in, in.resolve(missing), Optional.empty(), Optional.of(link.resolve(missing))))
                .hasMessage(
                        "--output and --keep-noisy must be different directories, but both are " + in.resolve(missing));
    }

    @Test
    void refusesACleanDirectoryThatIsMissing() {
        assertThatThrownBy(() -> settings(IN, OUT, Optional.of(Path.of("no-such")), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--clean no-such: there is no such directory");
    }

    @Test
    void refusesABackendWithoutThreadsOrMemory() {
        OptionalLong none = OptionalLong.empty();
        OptionalLong zero = OptionalLong.of(0);
        assertThatThrownBy(() -> new BackendSettings("auto", 0, none, none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--backend-threads must be at least 1, but is 0");
        assertThatThrownBy(() -> new BackendSettings("auto", 1, zero, none))
                .hasMessage("--scratch-bytes must be at least 1, but is 0");
        assertThatThrownBy(() -> new BackendSettings("auto", 1, none, zero))
                .hasMessage("--device-memory-bytes must be at least 1, but is 0");
    }

    @Test
    void refusesTwoCleanPictures() {
        assertThatThrownBy(() -> new DenoiseSettings(
                        IN,
                        OUT,
                        NONE,
                        List.of(5, 5),
                        7,
                        0.5,
                        OptionalDouble.of(25),
                        0,
                        Optional.of(Path.of("clean")),
                        Optional.empty(),
                        BackendSettings.DEFAULT))
                .hasMessage(
                        "--clean and --add-noise exclude each other: with --add-noise the input is the clean picture");
    }

    private static void refused(
            List<Integer> kernelSize, int patch, double strength, OptionalDouble sigma, String message) {
        assertThatThrownBy(() -> new DenoiseSettings(
                        IN,
                        OUT,
                        sigma,
                        kernelSize,
                        patch,
                        strength,
                        NONE,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        BackendSettings.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    static DenoiseSettings settings(Path input, Path output, Optional<Path> clean, Optional<Path> keepNoisy) {
        return new DenoiseSettings(
                input, output, NONE, List.of(5, 5), 3, 0.5, NONE, 0, clean, keepNoisy, BackendSettings.DEFAULT);
    }
}
