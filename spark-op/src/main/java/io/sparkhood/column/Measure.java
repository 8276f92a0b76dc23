package io.sparkhood.column;

/** What the partition loops count and time: per transform on Spark's stage page, per JVM in {@link JvmTotals}. */
public enum Measure {
    /** Rows computed. */
    ROWS("rows", "rows", false),
    /** Runs of a plan. */
    BATCHES("batches", "batches", false),
    /** Rows that could not be computed, whatever became of them. */
    INVALID_ROWS("invalid rows", "invalidRows", false),
    /**
     * The tasks' time in runs and in waiting for them. Where a backend copies beside its arithmetic, waiting for one is
     * waiting for both.
     */
    COMPUTE_SECONDS("compute seconds", "computeSeconds", true),
    /** The tasks' time in packing, uploading, downloading and unpacking. */
    COPY_SECONDS("copy seconds", "copySeconds", true),
    /** Inputs and outputs of the rows computed. */
    BYTES("bytes", "bytes", false),
    /** Batches halved because there was no memory for them. */
    BATCH_SPLITS("batch splits", "batchSplits", false);

    private static final double NANOS_PER_SECOND = 1e9;

    private final String words;
    private final String key;
    private final boolean time;

    Measure(String words, String key, boolean time) {
        this.words = words;
        this.key = key;
        this.time = time;
    }

    /** The name for people, such as {@code invalid rows}. */
    public String words() {
        return words;
    }

    /** The name for machines, such as {@code invalidRows}. */
    public String key() {
        return key;
    }

    /** Whether it is a time, counted in nanoseconds and shown in seconds. */
    boolean isTime() {
        return time;
    }

    /** What is shown for an amount that was counted: Double seconds of a time, else Long. */
    Number shown(long counted) {
        return time ? (Number) (counted / NANOS_PER_SECOND) : (Number) counted;
    }
}
