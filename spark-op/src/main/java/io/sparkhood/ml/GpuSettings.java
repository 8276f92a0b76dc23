package io.sparkhood.ml;

import io.sparkhood.backend.TaskTurns;
import java.util.Locale;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/** Spark's settings about GPUs, read on the driver where a stage begins, and by the plugin on executors. */
final class GpuSettings {
    static final String TASKS = "spark.sparkhood.concurrentGpuTasks";
    static final String WAIT = "spark.sparkhood.gpuTaskWait";

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|min|h|d)?");
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "min", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    private GpuSettings() {}

    /**
     * How many tasks of an executor compute on its GPU at once, and how long the others wait.
     *
     * @param settings value of a setting, or the second argument where it is not set
     * @throws IllegalArgumentException naming the setting, its value, and what it may be
     */
    static TaskTurns turns(BinaryOperator<String> settings) {
        return new TaskTurns(
                tasks(settings.apply(TASKS, Integer.toString(TaskTurns.DEFAULT.atOnce()))),
                waitMillis(settings.apply(WAIT, TaskTurns.DEFAULT.waitMillis() + "ms")));
    }

    /** The turns by the settings of the Spark that runs in this JVM, on the driver or an executor; outside of Spark the defaults. */
    static TaskTurns ofThisJvm() {
        @Nullable SparkEnv spark = SparkEnv.get();
        return spark == null ? TaskTurns.DEFAULT : turns(spark.conf()::get);
    }

    private static int tasks(String value) {
        String digits = value.strip();
        if (digits.matches("\\d{1,6}") && Integer.parseInt(digits) >= 1) {
            return Integer.parseInt(digits);
        }
        throw new IllegalArgumentException(
                TASKS + " must be a number of tasks from 1 to 999999, but is '" + value + "'");
    }

    private static long waitMillis(String value) {
        Matcher matcher = DURATION.matcher(value.strip().toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            String unit = matcher.group(2) == null ? "s" : matcher.group(2);
            long millis = Long.parseLong(matcher.group(1)) * MILLIS.getOrDefault(unit, 0L);
            if (millis >= 1) {
                return millis;
            }
        }
        throw new IllegalArgumentException(
                WAIT + " must be a time above 0 such as 600, 600s or 10min (units ms, s, m or"
                        + " min, h, d; without one seconds), but is '" + value + "'");
    }
}
