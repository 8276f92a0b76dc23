package io.sparkhood.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.image.Picture;
import io.sparkhood.image.PictureReader;
import io.sparkhood.image.PngWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large pictures in the 2 GB heap that tests have; a small window, since memory does not depend on it. */
class LargePictureIT {
    @TempDir
    Path directory;

    @Test
    void passesInTwoGigabytes() throws Exception {
        try (var spark = Jobs.spark()) {
            denoises(4000, 6000);
            assertThat(spark.sparkContext().isStopped()).isTrue();
        }
    }

    @Test
    void passesInTwoGigabytesOnManyCores() throws Exception {
        try (var spark = Jobs.spark("local[64]")) {
            denoises(1600, 2400);
            assertThat(spark.sparkContext().isStopped()).isTrue();
        }
    }

    private void denoises(int height, int width) throws Exception {
        assertThat(Runtime.getRuntime().maxMemory()).isLessThanOrEqualTo(2L << 30);
        Path input = Files.createDirectory(directory.resolve("in"));
        Picture picture = new Picture(height, width, 3, false, 8);
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                picture.setLevel(row, column, 0, 128 + row * column % 16);
                picture.setLevel(row, column, 1, (row / 40 + column / 30) % 2 * 120 + 50);
            }
        }
        PngWriter.write(picture, input.resolve("large.png"));
        Jobs.Outcome outcome = Jobs.run(
                "denoise",
                "--input",
                input.toString(),
                "--output",
                directory.resolve("out").toString(),
                "--noise-sigma",
                "5",
                "--kernel-size",
                "5,5",
                "--patch",
                "3");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        Picture denoised = PictureReader.read(directory.resolve("out/large.png"));
        assertThat(denoised.sameForm(picture)).isTrue();
        assertThat(denoised.level(height - 1, width - 1, 1)).isBetween(45f, 175f);
    }
}
