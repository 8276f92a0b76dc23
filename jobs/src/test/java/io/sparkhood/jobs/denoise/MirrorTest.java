package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MirrorTest {
    @Test
    void reflectsWithoutRepeatingTheBorder() {
        assertThat(IntStream.rangeClosed(-7, 10).map(i -> Mirror.inside(i, 4)))
                .containsExactly(1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2);
        assertThat(IntStream.rangeClosed(-2, 2).map(i -> Mirror.inside(i, 2))).containsExactly(0, 1, 0, 1, 0);
        assertThat(IntStream.rangeClosed(-2, 2).map(i -> Mirror.inside(i, 1))).containsOnly(0);
    }
}
