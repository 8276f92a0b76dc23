package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class GaussianNoiseTest {
    private static final int SAMPLES = 200_000;

    @Test
    void hasTheMomentsOfANormalDistribution() {
        GaussianNoise noise = new GaussianNoise(25, 7);
        double[] values = LongStream.range(0, SAMPLES).mapToDouble(noise::at).toArray();
        double mean = 0;
        double square = 0;
        double neighbours = 0;
        int beyondTwoSigma = 0;
        for (int i = 0; i < SAMPLES; i++) {
            mean += values[i] / SAMPLES;
            square += values[i] * values[i] / SAMPLES;
            neighbours += i > 0 ? values[i] * values[i - 1] / SAMPLES : 0;
            beyondTwoSigma += Math.abs(values[i]) > 50 ? 1 : 0;
        }
        assertThat(mean).isCloseTo(0, within(0.2));
        assertThat(Math.sqrt(square)).isCloseTo(25, within(0.2));
        assertThat(neighbours).isCloseTo(0, within(5.0));
        assertThat((double) beyondTwoSigma / SAMPLES).isCloseTo(0.0455, within(0.002));
    }

    @Test
    void isAFunctionOfSeedAndPosition() {
        assertThat(new GaussianNoise(1, 3).at(5)).isEqualTo(new GaussianNoise(1, 3).at(5));
        assertThat(new GaussianNoise(1, 3).at(5)).isNotEqualTo(new GaussianNoise(1, 4).at(5));
        assertThat(new GaussianNoise(1, 3).at(5)).isNotEqualTo(new GaussianNoise(1, 3).at(6));
        assertThat(new GaussianNoise(0, 3).at(5)).isZero();
    }
}
