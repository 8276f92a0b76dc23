package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenoiseSourceTest {
    @TempDir
    Path input;

    private final StringWriter log = new StringWriter();

    @Test
    void listsPicturesAndSaysWhatItLeavesAside() throws IOException {
        touch("b.PNG");
        touch("a.jpeg");
        touch("LICENSES.md");
        touch("clip/1.png");
        List<DenoiseSource> sources = list(List.of(5, 5));
        assertThat(sources).extracting(DenoiseSource::name).containsExactly("a.jpeg", "b.PNG");
        assertThat(sources.get(0).result(Path.of("out"), 0)).isEqualTo(Path.of("out/a.png"));
        assertThat(log)
                .hasToString("clip left aside: a directory is a video, and --kernel-size has no value for frames"
                        + System.lineSeparator());
    }

    @Test
    void listsVideosInTheOrderOfTheirFrames() throws IOException {
        touch("a.png");
        touch("clip/frame-10.png");
        touch("clip/frame-9.jpg");
        List<DenoiseSource> sources = list(List.of(3, 5, 5));
        assertThat(sources).extracting(DenoiseSource::name).containsExactly("clip");
        assertThat(sources.get(0).result(Path.of("out"), 0)).isEqualTo(Path.of("out/clip/frame-9.png"));
        assertThat(log)
                .hasToString("a.png left aside: with three values of --kernel-size only directories are denoised"
                        + System.lineSeparator());
    }

    @Test
    void refusesNothingToDoAndTwoResultsOfOneName() throws IOException {
        assertThatThrownBy(() -> list(List.of(5, 5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--input " + input + " has no PNG or JPEG picture");
        assertThatThrownBy(() -> list(List.of(3, 5, 5)))
                .hasMessage(
                        "--input " + input + " has no directory of frames; for pictures give --kernel-size two values");
        touch("a.png");
        touch("a.jpg");
        assertThatThrownBy(() -> list(List.of(5, 5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two pictures would have one result: " + input.resolve("a.jpg") + " and "
                        + input.resolve("a.png") + " both become a.png; rename one");
    }

    @Test
    void findsCleanPicturesByBaseNameWhateverTheCaseOfTheirEnds(@TempDir Path clean) throws IOException {
        touch("a.PNG");
        DenoiseSource source = list(List.of(5, 5)).get(0);
        Path jpeg = Files.createFile(clean.resolve("a.Jpg"));
        assertThat(source.clean(clean, new PrintWriter(log, true))).contains(List.of(jpeg));
        Path png = Files.createFile(clean.resolve("a.PNG"));
        assertThat(source.clean(clean, new PrintWriter(log, true))).contains(List.of(png));
        assertThat(log).hasToString("");
    }

    @Test
    void saysWhichCleanPictureIsMissing(@TempDir Path clean) throws IOException {
        touch("clip/1.png");
        touch("clip/2.png");
        DenoiseSource video = list(List.of(2, 5, 5)).get(0);
        assertThat(video.clean(clean, new PrintWriter(log, true))).isEmpty();
        Files.createFile(Files.createDirectory(clean.resolve("clip")).resolve("1.png"));
        assertThat(video.clean(clean, new PrintWriter(log, true))).isEmpty();
        assertThat(log.toString().lines())
                .containsExactly(
                        "clip: no PSNR, for " + clean.resolve("clip") + " has no clean picture named 1",
                        "clip: no PSNR, for " + clean.resolve("clip") + " has no clean picture named 2");
    }

    private void touch(String name) throws IOException {
        Path file = input.resolve(name);
        Files.createDirectories(file.getParent());
        Files.createFile(file);
    }

    private List<DenoiseSource> list(List<Integer> kernelSize) throws IOException {
        OptionalDouble none = OptionalDouble.empty();
        DenoiseSettings settings = new DenoiseSettings(
                input,
                Path.of("out"),
                none,
                kernelSize,
                3,
                0.5,
                none,
                0,
                Optional.empty(),
                Optional.empty(),
                BackendSettings.DEFAULT);
        return DenoiseSource.list(settings, new PrintWriter(log, true));
    }
}
