package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sparkhood.image.Picture;
import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureMapTest {
    private static final FeatureMap SMALL = FeatureMap.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 2, 2, 3);

    @Test
    void aTensorSplitsItsDimInHeads() {
        assertThat((int[]) SMALL.tensor().get(0)).containsExactly(2, 3, 1, 2);
        assertThat((int[]) SMALL.tensor(2).get(0)).containsExactly(2, 3, 2, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.tensor(3))
                .withMessage("heads must divide the dim of the map, 2, but is 3");
    }

    @Test
    void cutsRectanglesAndSlices() {
        assertThat(SMALL.crop(1, 1, 1, 2).values()).containsExactly(8, 9, 10, 11);
        assertThat(SMALL.slice(1).extents()).containsExactly(3);
        assertThat(SMALL.slice(1).values()).containsExactly(6, 7, 8, 9, 10, 11);
        assertThat(SMALL.at(1, 0, 2)).isEqualTo(5);
    }

    @Test
    void stacksPicturesToAVideo() {
        FeatureMap noisy = SMALL.withNoise(1, 7);
        FeatureMap video = FeatureMap.stack(List.of(SMALL, noisy));
        assertThat(video.extents()).containsExactly(2, 2, 3);
        assertThat(video.slice(0).values()).containsExactly(SMALL.values());
        assertThat(video.slice(1).values()).containsExactly(noisy.values());
    }

    @Test
    void noiseHasItsSigmaAndDependsOnTheSeedOnly() {
        FeatureMap grey = FeatureMap.of(new float[40_000], 1, 200, 200);
        FeatureMap noisy = grey.withNoise(25, 1);
        assertThat(noisy.rootMeanSquare(grey)).isCloseTo(25, within(0.5)); // five standard errors
        assertThat(grey.withNoise(25, 1).values()).containsExactly(noisy.values());
        assertThat(grey.withNoise(25, 2).rootMeanSquare(noisy)).isGreaterThan(30);
    }

    @Test
    void psnrIsThatOfTheDefinition() {
        FeatureMap black = FeatureMap.of(new float[4], 1, 2, 2);
        FeatureMap ten = FeatureMap.of(new float[] {10, -10, 10, -10}, 1, 2, 2);
        assertThat(ten.psnr(black)).isCloseTo(28.1308, within(1e-4)); // 20 log10(255 / 10)
        assertThat(black.psnr(black)).isInfinite();
    }

    @Test
    void aPictureIsClippedAndRounded() {
        BufferedImage image =
                FeatureMap.of(new float[] {-5, 127.6f, 300}, 3, 1, 1).picture();
        assertThat(image.getRGB(0, 0) & 0xffffff).isEqualTo(0x0080ff);
        assertThat(FeatureMap.of(new float[] {1, 2}, 1, 1, 2).picture().getRGB(1, 0) & 0xffffff)
                .isEqualTo(0x020202);
        assertThat(FeatureMap.of(Picture.of(1, 2, 1, new float[] {1, 2})).values())
                .containsExactly(1, 2);
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeatureMap.of(new float[5], 2, 2, 3))
                .withMessage("extents [2, 3] of dim 2 are 12 values, but 5 are given");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeatureMap.of(new float[1], 1, 1, 1, 1, 1))
                .withMessage(
                        "a feature map has 1, 2 or 3 axes, but extents are [1, 1, 1, 1]; the numbers of one token are its"
                                + " dim");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.at(0, 1))
                .withMessage("a position must have one value per axis: [1] on extents [2, 3]");
        assertThatIllegalArgumentException()
                .isThrownBy(SMALL::picture)
                .withMessage("a picture has 1 or 3 numbers per token, but this map has 2; show one of them with"
                        + " HeatMap.of(map, feature)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.slice(0).slice(0))
                .withMessage("a slice needs a second axis; use at(feature, position) on a sequence");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.slice(0).picture())
                .withMessage("a picture has two axes, but this map has extents [3]; take a slice of a video");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.psnr(SMALL.slice(0)))
                .withMessage("feature maps must have one size, but one has [2, 3] of dim 2 and the other [3] of dim 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeatureMap.stack(List.of()))
                .withMessage("a stack needs at least one feature map");
    }
}
