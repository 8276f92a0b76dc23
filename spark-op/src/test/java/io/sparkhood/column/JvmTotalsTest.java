package io.sparkhood.column;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class JvmTotalsTest {
    @Test
    void namesEveryMeasureOnceForMachines() {
        assertThat(JvmTotals.byKey().keySet())
                .containsExactly(
                        "rows", "batches", "invalidRows", "computeSeconds", "copySeconds", "bytes", "batchSplits");
    }

    @Test
    void countsAsLongsAndShowsTimesInSeconds() {
        Map<String, Supplier<Number>> totals = JvmTotals.byKey();
        for (Measure measure : Measure.values()) {
            Supplier<Number> total = Objects.requireNonNull(totals.get(measure.key()));
            Number before = total.get();
            JvmTotals.add(measure, 2_500_000_000L);
            if (measure.isTime()) {
                assertThat(total.get()).isInstanceOf(Double.class);
                assertThat(total.get().doubleValue() - before.doubleValue()).isEqualTo(2.5, Offset.offset(1e-9));
            } else {
                assertThat(total.get()).isEqualTo(before.longValue() + 2_500_000_000L);
            }
        }
    }
}
