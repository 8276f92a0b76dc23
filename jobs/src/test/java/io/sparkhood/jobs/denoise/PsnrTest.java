package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PsnrTest {
    @Test
    void isTenTimesTheLogarithmOfPeakSquareOverMeanSquare() {
        assertThat(Psnr.of(255 * 255 * 4.0, 4)).isZero();
        assertThat(Psnr.of(255 * 255 / 100.0, 1)).isEqualTo(20);
        assertThat(Psnr.of(0, 5)).isInfinite();
    }
}
