package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TileOutputTest {
    @Test
    void timeIsCountedOnceHoweverManyRunsAreUnderWay() {
        assertThat(nanos()).isZero();
        assertThat(nanos(new long[] {5, 8})).isEqualTo(3);
        assertThat(nanos(new long[] {5, 8}, new long[] {5, 8})).as("one batch").isEqualTo(3);
        assertThat(nanos(new long[] {10, 20}, new long[] {0, 4})).as("a gap").isEqualTo(14);
        assertThat(nanos(new long[] {0, 10}, new long[] {2, 3}, new long[] {8, 15}))
                .as("one within, one across")
                .isEqualTo(15);
    }

    private static long nanos(long[]... runs) {
        return TileOutput.runNanos(Stream.of(runs)
                .map(run -> new TileOutput(0, List.of(), 0, run[0], run[1]))
                .toList());
    }
}
