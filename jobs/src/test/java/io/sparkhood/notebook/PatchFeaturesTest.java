package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PatchFeaturesTest {
    @Test
    void theProductIsTheSquareLessTheMeanSquaredDifference() {
        FeatureMap picture = FeatureMap.of(new float[6 * 7 * 2], 2, 6, 7).withNoise(1, 5);
        FeatureMap query = PatchFeatures.query(picture, 3);
        FeatureMap key = PatchFeatures.key(picture, 3);
        assertThat(query.dim()).isEqualTo(3 * 3 * 2 + 1);
        // patches at (1, 1) and (3, 4) lie within the picture
        double square = 0;
        double difference = 0;
        double product = 0;
        for (int down = -1; down <= 1; down++) {
            for (int right = -1; right <= 1; right++) {
                for (int color = 0; color < 2; color++) {
                    double own = picture.at(color, 1 + down, 1 + right);
                    double other = picture.at(color, 3 + down, 4 + right);
                    square += own * own / 18;
                    difference += (own - other) * (own - other) / 18;
                }
            }
        }
        for (int i = 0; i < query.dim(); i++) {
            product += (double) query.at(i, 1, 1) * key.at(i, 3, 4);
        }
        assertThat(product).isCloseTo(square - difference, within(1e-5));
    }

    @Test
    void mirrorsAtTheBordersOfEachFrame() {
        FeatureMap frame = FeatureMap.of(new float[] {1, 2, 3, 4, 5, 6}, 1, 2, 3);
        FeatureMap other = frame.withNoise(100, 1);
        FeatureMap video = PatchFeatures.key(FeatureMap.stack(List.of(frame, other)), 3);
        FeatureMap picture = PatchFeatures.key(frame, 3);
        assertThat(video.slice(0).values()).containsExactly(picture.values());
        float[] corner = {5, 4, 5, 2, 1, 2, 5, 4, 5};
        for (int i = 0; i < corner.length; i++) {
            assertThat(picture.at(i, 0, 0)).isCloseTo(corner[i] / 3, within(1e-6f));
        }
        FeatureMap one = PatchFeatures.key(FeatureMap.of(new float[] {3}, 1, 1, 1), 3);
        assertThat(one.at(8, 0, 0)).isEqualTo(1);
    }

    @Test
    void refusesEvenPatchesAndSequences() {
        FeatureMap sequence = FeatureMap.of(new float[4], 1, 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PatchFeatures.key(sequence, 2))
                .withMessage("a patch must have an odd number of pixels per axis, but is 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PatchFeatures.query(sequence, 3))
                .withMessage("patches need a picture or a video, but this map has extents [4]");
    }
}
