package io.sparkhood.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PictureTest {
    @Test
    void roundsAndClipsLevels() {
        Picture picture = Picture.of(1, 4, 1, new float[] {-3, 0.5f, 254.4f, 300});
        assertThat(picture.levels()).containsExactly(0, 1, 254, 255);
        picture.setLevel(0, 0, 0, Float.NaN);
        assertThat(picture.level(0, 0, 0)).isZero();
    }

    @Test
    void sixteenBitsAreFinerLevels() {
        Picture picture = new Picture(1, 1, 1, false, 16);
        picture.setLevel(0, 0, 0, 100.25f);
        assertThat(picture.level(0, 0, 0)).isCloseTo(100.25f, org.assertj.core.data.Offset.offset(1 / 257f));
        picture.setLevel(0, 0, 0, 255);
        assertThat(picture.sample(0, 0, 0)).isEqualTo(65535);
    }

    @Test
    void levelsLeaveAlphaOutAndBlankKeepsIt() {
        Picture picture = new Picture(1, 2, 3, true, 8);
        picture.setLevel(0, 1, 2, 7);
        picture.setLevel(0, 1, 3, 200);
        assertThat(picture.levels()).containsExactly(0, 0, 0, 0, 0, 7);
        Picture blank = picture.blank();
        assertThat(blank.level(0, 1, 2)).isZero();
        assertThat(blank.level(0, 1, 3)).isEqualTo(200);
        assertThat(blank.sameForm(picture)).isTrue();
    }

    @Test
    void refusesImpossibleForms() {
        refused(0, 5, 3, 8, "a picture must have 1 to 134217728 pixels, but this one is 5 x 0");
        refused(1 << 20, 1 << 20, 3, 8, "a picture must have 1 to 134217728 pixels, but this one is 1048576 x 1048576");
        refused(1, 1, 2, 8, "colors must be 1 (grey) or 3 (RGB), but is 2");
        refused(1, 1, 3, 10, "bitDepth must be 8 or 16, but is 10");
        assertThatThrownBy(() -> Picture.of(2, 2, 1, new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 x 2 pixels of 1 colors are not 3 levels");
        assertThatThrownBy(() -> new Picture(2, 2, 1, false, 8).level(0, 2, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static void refused(int height, int width, int colors, int bitDepth, String message) {
        assertThatThrownBy(() -> new Picture(height, width, colors, false, bitDepth))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
