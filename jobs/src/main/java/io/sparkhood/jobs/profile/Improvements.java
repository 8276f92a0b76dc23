package io.sparkhood.jobs.profile;

import java.util.DoubleSummaryStatistics;
import java.util.Locale;

/** By how many percent something was faster, over some problems. */
final class Improvements {
    private final DoubleSummaryStatistics percent = new DoubleSummaryStatistics();

    void add(double slowSeconds, double fastSeconds) {
        percent.accept(100 * (slowSeconds / fastSeconds - 1));
    }

    /** Such as {@code +548 / -53 / +3025}: average, minimum, maximum; {@code –} where there are none. */
    @Override
    public String toString() {
        return percent.getCount() == 0
                ? "–"
                : String.format(
                        Locale.ROOT, "%+.0f / %+.0f / %+.0f", percent.getAverage(), percent.getMin(), percent.getMax());
    }
}
