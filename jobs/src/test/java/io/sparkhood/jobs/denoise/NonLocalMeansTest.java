package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkhood.image.Picture;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NonLocalMeansTest {
    private static final double SIGMA = 20;
    private static final int PATCH = 3;

    /** In grey levels: scores of up to about 100 carry a relative float error of 1e-7 into weights and levels of up to 255. */
    private static final float BUDGET = 0.01f;

    @ParameterizedTest
    @CsvSource({"reference,41,37,9,7", "cpu,41,37,9,7", "cpu,50,33,8,6", "reference,5,40,5,9"})
    void tilesEqualTheUncutPicture(String backend, int height, int width, int down, int right) {
        Clip clip = clip(1, height, width, 3);
        NonLocalMeans means = new NonLocalMeans(SIGMA, 0.5, List.of(down, right));
        PatchBasis basis = PatchBasis.of(clip, PATCH, 12);
        List<Integer> extents = List.of(height, width);
        Picture uncut = denoise(backend, clip, basis, means, TileGrid.of(extents, means.kernelSize(), 1000))
                .get(0);
        TileGrid cut = TileGrid.of(extents, means.kernelSize(), 20);
        assertThat(cut.count()).isGreaterThan(1);
        Picture tiled = denoise(backend, clip, basis, means, cut).get(0);
        float[] expected = uncut.levels();
        float[] got = tiled.levels();
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).as("sample %d", i).isCloseTo(expected[i], within(BUDGET));
        }
    }

    @ParameterizedTest
    @CsvSource({"2", "3"})
    void isTheWeightedMeanOfTheDefinition(int rank) {
        int frames = rank == 2 ? 1 : 4;
        Clip clip = clip(frames, 12, 14, 1);
        NonLocalMeans means = new NonLocalMeans(SIGMA, 0.7, rank == 2 ? List.of(5, 4) : List.of(3, 5, 4));
        PatchBasis whole = PatchBasis.of(clip, PATCH, Integer.MAX_VALUE);
        List<Integer> extents = rank == 2 ? List.of(12, 14) : List.of(frames, 12, 14);
        List<Picture> denoised = denoise("reference", clip, whole, means, TileGrid.of(extents, means.kernelSize(), 10));
        for (int frame = 0; frame < frames; frame++) {
            for (int row = 0; row < 12; row++) {
                for (int column = 0; column < 14; column++) {
                    assertThat(denoised.get(frame).level(row, column, 0))
                            .isCloseTo((float) brute(clip, rank, frame, row, column), within(BUDGET));
                }
            }
        }
    }

    /** Weights exp(-distance / h^2), and exp(-2 sigma^2 / h^2) for the pixel itself. */
    private static double brute(Clip clip, int rank, int frame, int row, int column) {
        double h = 0.7 * SIGMA;
        double sum = 0;
        double weights = 0;
        int depth = rank == 2 ? 1 : 3;
        int firstFrame = clamp(frame - depth / 2, clip.frames().size() - depth);
        int firstRow = clamp(row - 2, clip.height() - 5);
        int firstColumn = clamp(column - 2, clip.width() - 4);
        for (int key = 0; key < depth * 20; key++) {
            int t = firstFrame + key / 20;
            int y = firstRow + key / 4 % 5;
            int x = firstColumn + key % 4;
            boolean self = t == frame && y == row && x == column;
            double distance = self ? 2 * SIGMA * SIGMA : distance(clip, frame, row, column, t, y, x);
            double weight = Math.exp(-distance / (h * h));
            sum += weight * clip.level(t, y, x, 0);
            weights += weight;
        }
        return sum / weights;
    }

    private static int clamp(int position, int max) {
        return Math.max(0, Math.min(position, max));
    }

    private static double distance(Clip clip, int frame, int row, int column, int t, int y, int x) {
        double sum = 0;
        for (int i = 0; i < PATCH * PATCH; i++) {
            int down = i / PATCH - 1;
            int right = i % PATCH - 1;
            double difference = level(clip, frame, row + down, column + right) - level(clip, t, y + down, x + right);
            sum += difference * difference;
        }
        return sum / (PATCH * PATCH);
    }

    private static double level(Clip clip, int frame, int row, int column) {
        return clip.level(frame, Mirror.inside(row, clip.height()), Mirror.inside(column, clip.width()), 0);
    }

    private static List<Picture> denoise(
            String backend, Clip clip, PatchBasis basis, NonLocalMeans means, TileGrid grid) {
        TileJob job = new TileJob(clip, basis, grid, List.of());
        List<Picture> denoised = clip.frames().stream().map(Picture::blank).toList();
        for (int tile = 0; tile < grid.count(); tile++) {
            float[] output = TiledAttention.output(backend, job, means, tile);
            TileOutput.of(job, tile, output, 0, 0).paste(grid, denoised);
        }
        return denoised;
    }

    /** Smooth with noise; 16 bits, so that rounding stays below the budget. */
    private static Clip clip(int frames, int height, int width, int colors) {
        Random random = new Random(11);
        Picture[] pictures = new Picture[frames];
        for (int frame = 0; frame < frames; frame++) {
            pictures[frame] = new Picture(height, width, colors, false, 16);
            for (int i = 0; i < height * width * colors; i++) {
                int row = i / colors / width;
                int column = i / colors % width;
                double level = 128 + 60 * Math.sin(row / 3.0 + frame) + 40 * Math.cos(column / 4.0);
                pictures[frame].setLevel(row, column, i % colors, (float) (level + SIGMA * random.nextGaussian()));
            }
        }
        return new Clip(Arrays.asList(pictures), Optional.empty());
    }
}
