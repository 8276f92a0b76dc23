package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkhood.image.Picture;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TileFeaturesTest {
    private static final int HEIGHT = 9;
    private static final int WIDTH = 8;
    private static final int PATCH = 5;

    @Test
    void scoresAreDistancesOfMirroredPatches() {
        for (int colors : new int[] {1, 3}) {
            Clip clip = clip(colors);
            PatchBasis basis = PatchBasis.of(clip, PATCH, Integer.MAX_VALUE);
            TileFeatures features = TileFeatures.of(clip, basis, new Box(0, 2, 0, HEIGHT, 0, WIDTH));
            int tokens = 2 * HEIGHT * WIDTH;
            int headDim = colors * PATCH * PATCH + 1;
            for (int i = 0; i < tokens; i += 5) {
                double own = dot(features, headDim, i, i); // |P_i|^2
                for (int j = 0; j < tokens; j++) {
                    double distance = own - dot(features, headDim, i, j);
                    assertThat(distance).isCloseTo(distance(clip, i, j), within(0.2)); // of about 10,000
                }
            }
        }
    }

    @Test
    void valuesAreTheNoisyColors() {
        Clip clip = clip(3);
        TileFeatures features =
                TileFeatures.of(clip, PatchBasis.of(clip, 3, 4), new Box(1, 1, 2, 3, 4, 2)); // [1, 3, 2] tokens
        assertThat(features.value()).hasSize(18);
        assertThat(features.value()[3 * 3 + 2]).isEqualTo(clip.level(1, 3, 5, 2));
    }

    @Test
    void tilesHaveTheFeaturesOfTheUncutClipToTheBit() {
        Clip clip = clip(3);
        PatchBasis basis = PatchBasis.of(clip, PATCH, 7);
        TileFeatures uncut = TileFeatures.of(clip, basis, new Box(0, 2, 0, HEIGHT, 0, WIDTH));
        TileFeatures tile = TileFeatures.of(clip, basis, new Box(1, 1, 3, 4, 2, 5));
        for (int token = 0; token < 20; token++) {
            int same = (HEIGHT + 3 + token / 5) * WIDTH + 2 + token % 5;
            assertThat(part(tile.query(), token)).containsExactly(part(uncut.query(), same));
            assertThat(part(tile.key(), token)).containsExactly(part(uncut.key(), same));
        }
    }

    @Test
    void leadingComponentsHoldMostOfTheDistance() {
        Clip clip = clip(1);
        PatchBasis basis = PatchBasis.of(clip, PATCH, 12);
        TileFeatures features = TileFeatures.of(clip, basis, new Box(0, 1, 0, HEIGHT, 0, WIDTH));
        double kept = 0;
        double whole = 0;
        for (int j = 1; j < HEIGHT * WIDTH; j++) {
            kept += dot(features, 13, 0, 0) - dot(features, 13, 0, j);
            whole += distance(clip, 0, j);
        }
        assertThat(kept / whole).isBetween(0.5, 1.0);
        assertThat(basis.noiseShare()).isEqualTo(12 / 25.0);
    }

    private static float[] part(float[] features, int token) {
        return Arrays.copyOfRange(features, 8 * token, 8 * token + 8);
    }

    private static double dot(TileFeatures features, int headDim, int i, int j) {
        double dot = 0;
        for (int dim = 0; dim < headDim; dim++) {
            dot += (double) features.query()[i * headDim + dim] * features.key()[j * headDim + dim];
        }
        return dot;
    }

    /** The mean squared difference, straight from the definition. */
    private static double distance(Clip clip, int i, int j) {
        double sum = 0;
        int reach = PATCH / 2;
        for (int down = -reach; down <= reach; down++) {
            for (int right = -reach; right <= reach; right++) {
                for (int color = 0; color < clip.colors(); color++) {
                    double difference = level(clip, i, down, right, color) - level(clip, j, down, right, color);
                    sum += difference * difference;
                }
            }
        }
        return sum / (PATCH * PATCH * clip.colors());
    }

    private static double level(Clip clip, int token, int down, int right, int color) {
        int row = Mirror.inside(token / WIDTH % HEIGHT + down, HEIGHT);
        int column = Mirror.inside(token % WIDTH + right, WIDTH);
        return clip.level(token / WIDTH / HEIGHT, row, column, color);
    }

    private static Clip clip(int colors) {
        Random random = new Random(5);
        Picture[] frames = new Picture[2];
        for (int frame = 0; frame < 2; frame++) {
            float[] levels = new float[HEIGHT * WIDTH * colors];
            for (int i = 0; i < levels.length; i++) {
                levels[i] = random.nextInt(256);
            }
            frames[frame] = Picture.of(HEIGHT, WIDTH, colors, levels);
        }
        return new Clip(List.of(frames), Optional.of(new GaussianNoise(5, 1)));
    }
}
