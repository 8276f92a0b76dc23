package io.sparkhood.column;

import java.io.Serializable;
import java.util.EnumMap;
import org.apache.spark.SparkContext;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * What the loops of one transform count: named accumulators, which Spark shows on the page of every stage that they run in,
 * and the {@link JvmTotals}. Recorded per batch, never per element.
 *
 * <p>The accumulators count what was computed, and that can be more than what comes out: a partition that Spark computes again
 * (a DataFrame used twice and not cached, a lost shuffle file, a speculative twin) counts again. Spark leaves out the counts of
 * a task that failed; the totals of the JVM have them.
 */
final class LoopMetrics implements Serializable {
    private static final long serialVersionUID = 1;

    private final EnumMap<Measure, LongAccumulator> counts = new EnumMap<>(Measure.class);
    private final EnumMap<Measure, DoubleAccumulator> seconds = new EnumMap<>(Measure.class);

    private LoopMetrics() {}

    /** Accumulators such as {@code neighborhoodAttention invalid rows}, one per measure. */
    static LoopMetrics of(SparkContext context, String stage) {
        LoopMetrics metrics = new LoopMetrics();
        for (Measure measure : Measure.values()) {
            String name = stage + " " + measure.words();
            if (measure.isTime()) {
                metrics.seconds.put(measure, context.doubleAccumulator(name));
            } else {
                metrics.counts.put(measure, context.longAccumulator(name));
            }
        }
        return metrics;
    }

    /** Without accumulators, for loops outside of Spark. */
    static LoopMetrics ofTheJvmAlone() {
        return new LoopMetrics();
    }

    /** Adds to a measure; times in nanoseconds. */
    void add(Measure measure, long amount) {
        JvmTotals.add(measure, amount);
        @Nullable LongAccumulator count = counts.get(measure);
        if (count != null) {
            count.add(amount);
        }
        @Nullable DoubleAccumulator time = seconds.get(measure);
        if (time != null) {
            time.add(measure.shown(amount).doubleValue());
        }
    }
}
