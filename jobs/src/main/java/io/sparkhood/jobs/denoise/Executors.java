package io.sparkhood.jobs.denoise;

import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/**
 * What the executors have.
 *
 * @param heapBytes heap of one
 * @param cores tasks that one runs at once
 * @param parallelism tasks that all run at once
 */
record Executors(long heapBytes, int cores, int parallelism) {
    /** Those of a session. */
    static Executors of(SparkContext context) {
        SparkConf conf = context.getConf();
        int parallelism = context.defaultParallelism();
        if (context.isLocal()) {
            return new Executors(Runtime.getRuntime().maxMemory(), parallelism, parallelism);
        }
        return new Executors(
                conf.getSizeAsBytes("spark.executor.memory", "1g"),
                conf.getInt("spark.executor.cores", 4),
                parallelism);
    }
}
