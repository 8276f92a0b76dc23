package io.sparkhood.jobs.benchmark;

import java.util.Arrays;
import java.util.Locale;

/**
 * What was measured of one form from one source in one JVM: seconds by run, those of a place in the three arrays one after the
 * other.
 *
 * @param stage the job with the stage
 * @param identity the job with a mapPartitions that does nothing
 * @param plan the arithmetic on tensors in place
 * @param heapBytes the most heap in use after a collection during jobs with the stage; 0 where it was not in this JVM
 */
record StageMeasurement(
        String master,
        MapForm form,
        MapSource source,
        int rows,
        double[] stage,
        double[] identity,
        double[] plan,
        long heapBytes) {
    /** Columns of {@link #csv}. */
    static final String COLUMNS = "master,form,source,rows,stage_seconds,identity_seconds,plan_seconds,"
            + "ratio,own_ns_per_byte,rows_per_second,heap_mb";

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** Inputs and outputs of all rows. */
    long bytes() {
        return 4L * StageProblem.ELEMENTS * form.dtype().bytes() * rows;
    }

    /** What the stage takes over the arithmetic: 1 where reading, packing and writing cost nothing. */
    double ratio() {
        return (median(stage) - median(identity)) / median(plan);
    }

    /** The stage's own share: what it takes beside Spark's and the arithmetic's, per byte of its inputs and outputs. */
    double ownNanosPerByte() {
        return (median(stage) - median(identity) - median(plan)) * 1e9 / bytes();
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "\"%s\",%s,%s,%d,%.4f,%.4f,%.4f,%.3f,%.4f,%.1f,%s",
                master,
                name(form),
                name(source),
                rows,
                median(stage),
                median(identity),
                median(plan),
                ratio(),
                ownNanosPerByte(),
                rows / median(stage),
                heapBytes == 0 ? "" : Long.toString(heapBytes >> 20));
    }

    /** As an option spells it. */
    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
