package io.sparkhood.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.image.Picture;
import io.sparkhood.image.PictureReader;
import io.sparkhood.image.PngWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job from files to files. */
class DenoiseTest {
    @TempDir
    Path directory;

    private Path input;
    private Path output;
    private @Nullable SparkSession spark;

    @BeforeEach
    void start() throws IOException {
        input = Files.createDirectory(directory.resolve("in"));
        output = directory.resolve("out");
    }

    @AfterEach
    void stop() {
        if (spark != null) {
            spark.stop();
        }
    }

    @Test
    void reachesThePsnrOfTheSamples() throws IOException {
        for (String name : List.of("astronaut.png", "chelsea.png", "coffee.png")) {
            Files.copy(Path.of("samples", name), input.resolve(name));
        }
        Path noisy = directory.resolve("noisy");
        Jobs.Outcome outcome = run("--add-noise", "25", "--keep-noisy", noisy.toString());
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(names(output)).containsExactly("astronaut.png", "chelsea.png", "coffee.png");
        assertThat(names(noisy)).containsExactly("astronaut.png", "chelsea.png", "coffee.png");
        assertThat(row(outcome, "image")).containsExactly("image", "size", "sigma", "seconds", "PSNR", "dB");
        assertThat(psnr(outcome, "astronaut.png")).isGreaterThan(28.8);
        assertThat(psnr(outcome, "chelsea.png")).isGreaterThan(30.2);
        assertThat(psnr(outcome, "coffee.png")).isGreaterThan(29.0);
        assertThat(row(outcome, "chelsea.png")).contains("451", "300", "25.00");
    }

    @Test
    void keepsGreyAlphaAndBits() throws IOException {
        Random random = new Random(3);
        Picture picture = new Picture(40, 30, 1, true, 16);
        for (int i = 0; i < 40 * 30; i++) {
            picture.setLevel(i / 30, i % 30, 0, 100 + random.nextInt(100));
            picture.setLevel(i / 30, i % 30, 1, i % 256);
        }
        PngWriter.write(picture, input.resolve("a.png"));
        Jobs.Outcome outcome = run("--kernel-size", "5,5", "--patch", "3");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("a.png: estimated sigma ");
        assertThat(row(outcome, "a.png")).endsWith("-");
        Picture denoised = PictureReader.read(output.resolve("a.png"));
        assertThat(denoised.sameForm(picture)).isTrue();
        assertThat(denoised.level(3, 8, 1)).isEqualTo(picture.level(3, 8, 1));
        assertThat(denoised.level(3, 8, 0)).isNotEqualTo(picture.level(3, 8, 0));
    }

    @Test
    void cutsTheWindowToASmallPictureAndSaysSo() throws IOException {
        PngWriter.write(Picture.of(1, 3, 3, new float[9]), input.resolve("tiny.png"));
        Jobs.Outcome outcome = run("--noise-sigma", "10");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("tiny.png: [1, 3] is smaller than the window [21, 21], which is cut to [1, 3]");
        assertThat(PictureReader.read(output.resolve("tiny.png")).width()).isEqualTo(3);
    }

    @Test
    void leavesAPictureWithoutNoiseAsItIs() throws IOException {
        float[] levels = new float[30 * 30];
        Arrays.fill(levels, 77);
        PngWriter.write(Picture.of(30, 30, 1, levels), input.resolve("flat.png"));
        Jobs.Outcome outcome = run();
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("flat.png: sigma is 0, so the picture stays as it is");
        assertThat(PictureReader.read(output.resolve("flat.png")).levels()).containsExactly(levels);
    }

    @Test
    void denoisesAVideoBetterThanItsFrames() throws IOException {
        Path clip = Files.createDirectory(input.resolve("clip"));
        for (int frame = 0; frame < 5; frame++) {
            float[] levels = new float[48 * 40];
            for (int i = 0; i < levels.length; i++) {
                levels[i] = (float)
                        (128 + 90 * Math.sin(Math.floorDiv(i, 40) * 0.25 + frame / 5.0) * Math.cos(i % 40 / 3.0));
            }
            PngWriter.write(Picture.of(48, 40, 1, levels), clip.resolve("f" + frame + ".png"));
        }
        Jobs.Outcome video = run("--kernel-size", "3,7,7", "--patch", "5", "--add-noise", "20");
        assertThat(video.exitCode()).as(video.err()).isZero();
        assertThat(names(output.resolve("clip"))).containsExactly("f0.png", "f1.png", "f2.png", "f3.png", "f4.png");
        spark = Jobs.spark();
        Jobs.Outcome still = Jobs.run(
                "denoise",
                "--input",
                clip.toString(),
                "--output",
                directory.resolve("still").toString(),
                "--kernel-size",
                "7,7",
                "--patch",
                "5",
                "--add-noise",
                "20");
        assertThat(psnr(video, "clip")).isGreaterThan(psnr(still, "f2.png"));
    }

    @Test
    void comparesWithCleanPicturesAndRefusesThoseOfAnotherSize() throws IOException {
        Path clean = Files.createDirectory(directory.resolve("clean"));
        PngWriter.write(Picture.of(8, 8, 1, new float[64]), input.resolve("a.png"));
        PngWriter.write(Picture.of(8, 8, 1, new float[64]), clean.resolve("a.png"));
        Jobs.Outcome outcome = run("--clean", clean.toString(), "--noise-sigma", "5");
        assertThat(row(outcome, "a.png")).endsWith("Infinity");
        PngWriter.write(Picture.of(8, 4, 1, new float[32]), clean.resolve("a.png"));
        Jobs.Outcome refused = run("--clean", clean.toString(), "--noise-sigma", "5");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.lastLine())
                .isEqualTo("a clean picture must have the size and colours of the noisy one, but "
                        + clean.resolve("a.png") + " is 4 x 8 x 1 and " + input.resolve("a.png") + " is 8 x 8 x 1");
    }

    @Test
    void namesTheDamagedFileAndTheBackendThatIsMissing() throws IOException {
        Files.writeString(input.resolve("bad.png"), "no picture");
        assertThat(run().lastLine()).isEqualTo(input.resolve("bad.png") + ": neither a PNG nor a JPEG picture");
        Files.delete(input.resolve("bad.png"));
        PngWriter.write(Picture.of(8, 8, 1, new float[64]), input.resolve("a.png"));
        Jobs.Outcome outcome = run("--noise-sigma", "5", "--backend", "abacus");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.lastLine())
                .isEqualTo("--backend must be one of auto, cpu, cuda, reference, but is 'abacus'");
    }

    @Test
    void saysHowMuchScratchIsMissing() throws IOException {
        PngWriter.write(Picture.of(8, 8, 1, new float[64]), input.resolve("a.png"));
        Jobs.Outcome outcome = run("--noise-sigma", "5", "--backend", "cpu", "--scratch-bytes", "1000");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.lastLine())
                .contains("bytes of scratch per thread, more than the limit of 1000; raise scratchBytes");
    }

    @Test
    void printsTheTableOfWhatWasDoneBeforeAFailure() throws IOException {
        PngWriter.write(Picture.of(8, 8, 1, new float[64]), input.resolve("a.png"));
        byte[] whole = Files.readAllBytes(Path.of("samples", "chelsea.png"));
        Files.write(input.resolve("b.png"), Arrays.copyOf(whole, whole.length / 2));
        PngWriter.write(Picture.of(8, 8, 1, new float[64]), input.resolve("c.png"));
        Jobs.Outcome outcome = run("--noise-sigma", "5");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(row(outcome, "a.png")).contains("8", "5.00");
        assertThat(outcome.out()).doesNotContain("c.png");
        assertThat(outcome.lastLine())
                .isEqualTo(input.resolve("b.png")
                        + ": the picture cannot be decoded: Unexpected end of ZLIB input stream");
    }

    @Test
    void saysWhichPictureHasNoCleanOne() throws IOException {
        Path clean = Files.createDirectory(directory.resolve("clean"));
        PngWriter.write(Picture.of(8, 8, 1, new float[64]), input.resolve("a.PNG"));
        PngWriter.write(Picture.of(8, 8, 1, new float[64]), input.resolve("b.png"));
        PngWriter.write(Picture.of(8, 8, 1, new float[64]), clean.resolve("a.Png"));
        Jobs.Outcome outcome = run("--clean", "" + clean, "--noise-sigma", "5");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(row(outcome, "a.PNG")).endsWith("Infinity");
        assertThat(row(outcome, "b.png")).endsWith("-");
        assertThat(outcome.out().lines())
                .filteredOn(line -> line.contains("no PSNR"))
                .containsExactly("b.png: no PSNR, for " + clean + " has no clean picture named b");
    }

    private Jobs.Outcome run(String... options) {
        List<String> args = new ArrayList<>(List.of("denoise", "--input", "" + input, "--output", "" + output));
        args.addAll(List.of(options));
        spark = Jobs.spark();
        return Jobs.run(args.toArray(String[]::new));
    }

    private static List<String> row(Jobs.Outcome outcome, String name) {
        return outcome.out()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> List.of(line.trim().split("\\s+")))
                .findFirst()
                .orElseThrow();
    }

    private static double psnr(Jobs.Outcome outcome, String name) {
        List<String> row = row(outcome, name);
        return Double.parseDouble(row.get(row.size() - 1));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
