package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkhood.image.Picture;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SigmaEstimateTest {
    @Test
    void findsTheNoiseOfAFlatPicture() {
        float[] grey = new float[200 * 201 * 3];
        Arrays.fill(grey, 128);
        Clip clip = new Clip(List.of(Picture.of(200, 201, 3, grey)), Optional.of(new GaussianNoise(10, 1)));
        assertThat(SigmaEstimate.of(clip)).isCloseTo(10, within(0.2));
    }

    @Test
    void isTheMedianOfTheDiagonalDetails() {
        float[] levels = {
            10, 0, 0, 4, 9,
            0, 0, 0, 0, 9,
        }; // details 5 and 2
        Clip clip = new Clip(List.of(Picture.of(2, 5, 1, levels)), Optional.empty());
        assertThat(SigmaEstimate.of(clip)).isEqualTo(3.5 / 0.6745);
    }

    @Test
    void isZeroWithoutDetail() {
        assertThat(SigmaEstimate.of(new Clip(List.of(Picture.of(1, 3, 1, new float[3])), Optional.empty())))
                .isZero();
    }
}
