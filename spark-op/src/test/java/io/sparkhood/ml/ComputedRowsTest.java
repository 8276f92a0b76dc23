package io.sparkhood.ml;

import static org.apache.spark.sql.functions.array_repeat;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.column.JvmTotals;
import io.sparkhood.column.Measure;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Which rows a query computes that does not need all outputs. */
class ComputedRowsTest {
    private static final int ROWS = 40;

    /** Maps of 64 KiB in one partition, each a window of its own on the cpu backend. */
    private static Dataset<Row> attended() {
        Dataset<Row> maps = LocalSpark.SESSION
                .range(0, ROWS, 1, 1)
                .select(col("id"), array_repeat(lit(0.5f), 128 * 128).as("x"));
        return new NeighborhoodAttention()
                .setQueryCol("x")
                .setKeyCol("x")
                .setValueCol("x")
                .setFeatureMap(128, 128)
                .setHeads(1)
                .setKernelSize(3)
                .transform(maps);
    }

    private static long computedBy(Runnable query) {
        long before = JvmTotals.total(Measure.ROWS).longValue();
        query.run();
        return JvmTotals.total(Measure.ROWS).longValue() - before;
    }

    @Test
    void aLimitComputesTheWindowsThatItNeeds() {
        assertThat(computedBy(() -> attended().limit(3).collectAsList())).isEqualTo(3);
        assertThat(computedBy(() -> attended().limit(1).select("output").collectAsList()))
                .isEqualTo(1);
    }

    /** Spark takes a typed mapPartitions for a box that it cannot look into. */
    @Test
    void aQueryWithoutTheOutputComputesAllTheSame() {
        assertThat(computedBy(() -> attended().select("id").collectAsList())).isEqualTo(ROWS);
        assertThat(computedBy(() -> attended().count())).isEqualTo(ROWS);
        assertThat(computedBy(() -> attended().filter("id < 4").collectAsList()))
                .isEqualTo(ROWS);
    }
}
