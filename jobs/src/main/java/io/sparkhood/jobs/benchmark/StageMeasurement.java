package io.sparkhood.jobs.benchmark;

import java.util.Arrays;
import java.util.Locale;

/**
 * What was measured of one form from one source in one JVM: seconds by run, those of a place in the three arrays one after the
 * other.
 *
 * @param stage the job with the stage
 * @param identity the job with a mapPartitions that does nothing
 * @param copied the job with a mapPartitions that adds a copy of one input
 * @param plan the arithmetic on tensors in place
 * @param inRuns what the stage's tasks spent in runs of plans, one added to the other; 0 where they were not in this JVM
 * @param heapBytes the most heap in use after a collection during jobs with the stage; 0 where it was not in this JVM
 */
record StageMeasurement(
        String master,
        MapForm form,
        MapSource source,
        int rows,
        double[] stage,
        double[] identity,
        double[] copied,
        double[] plan,
        double[] inRuns,
        long heapBytes) {
    /** Columns of {@link #csv}. */
    static final String COLUMNS =
            "master,form,source,rows,stage_seconds,identity_seconds,copy_seconds,plan_seconds,in_runs_seconds,"
                    + "ratio,ratio_above_copy,own_ns_per_byte,rows_per_second,heap_mb";

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

    /** The same above the job that adds a copy: what is left of the ratio when Spark's share of an output is not counted. */
    double ratioAboveCopy() {
        return (median(stage) - median(copied)) / median(plan);
    }

    /** The stage's own share: what it takes beside Spark's and the arithmetic's, per byte of its inputs and outputs. */
    double ownNanosPerByte() {
        return (median(stage) - median(identity) - median(plan)) * 1e9 / bytes();
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "\"%s\",%s,%s,%d,%.4f,%.4f,%.4f,%.4f,%s,%.3f,%.3f,%.4f,%.1f,%s",
                master,
                name(form),
                name(source),
                rows,
                median(stage),
                median(identity),
                median(copied),
                median(plan),
                median(inRuns) == 0 ? "" : String.format(Locale.ROOT, "%.4f", median(inRuns)),
                ratio(),
                ratioAboveCopy(),
                ownNanosPerByte(),
                rows / median(stage),
                heapBytes == 0 ? "" : Long.toString(heapBytes >> 20));
    }

    /** As an option spells it. */
    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
