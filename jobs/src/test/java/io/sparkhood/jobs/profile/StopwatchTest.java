package io.sparkhood.jobs.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class StopwatchTest {
    @Test
    void timesRegionsOfAtLeastFortyMilliseconds() {
        List<Integer> asked = new ArrayList<>();
        Times times = new Stopwatch(5, 0, 3).time(count -> {
            asked.add(count);
            sleep(count * 4_000_000L);
        });
        assertThat(asked.stream().mapToInt(Integer::intValue).sum()).isGreaterThanOrEqualTo(5 + 3);
        assertThat(asked.get(0)).isEqualTo(1);
        assertThat(times.minSeconds()).isBetween(0.004, 0.04);
        assertThat(times.medianSeconds()).isBetween(times.minSeconds(), times.maxSeconds());
    }

    private static void sleep(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }
}
