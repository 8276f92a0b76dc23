package io.sparkhood.jobs.benchmark;

/** Where a benchmark's rows come from. */
public enum MapSource {
    /** Spark's cache, filled before. */
    CACHED,
    /** Parquet, written before, uncompressed. */
    PARQUET,
    /** Nowhere: made in the tasks, for inputs larger than any storage. */
    GENERATED
}
