package io.sparkhood.column;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * What all partition loops of this JVM have done since it started, failed and repeated tasks included. Never reset;
 * thread-safe.
 */
public final class JvmTotals {
    private static final Map<Measure, LongAdder> COUNTED = new EnumMap<>(Measure.class); // not changed once filled

    static {
        for (Measure measure : Measure.values()) {
            COUNTED.put(measure, new LongAdder());
        }
    }

    private JvmTotals() {}

    /** Adds to a measure; times in nanoseconds. */
    static void add(Measure measure, long amount) {
        counted(measure).add(amount);
    }

    /** The total now: Double seconds of a time, else Long. */
    public static Number total(Measure measure) {
        return measure.shown(counted(measure).sum());
    }

    /** All totals by {@link Measure#key()}, in the order of the measures; each supplier gives the total at its call. */
    public static Map<String, Supplier<Number>> byKey() {
        Map<String, Supplier<Number>> totals = new LinkedHashMap<>();
        for (Measure measure : Measure.values()) {
            totals.put(measure.key(), () -> total(measure));
        }
        return Collections.unmodifiableMap(totals);
    }

    private static LongAdder counted(Measure measure) {
        return Objects.requireNonNull(COUNTED.get(measure));
    }
}
