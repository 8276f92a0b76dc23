package io.sparkhood.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stage in executors that are JVMs of their own. */
@Timeout(120)
class ClusterIT {
    private static final long ROWS = 60;

    @Test
    void executorsComputeWhatLocalModeDoes() {
        Map<Long, ByteBuffer> local;
        SparkSession spark = ClusterSession.on("local[2]", Map.of());
        try {
            local = attended(spark, 3);
        } finally {
            spark.stop();
        }
        assertThat(local).hasSize((int) ROWS);
        spark = ClusterSession.twoExecutors(Map.of());
        try {
            assertThat(attended(spark, 7)).isEqualTo(local);
            assertThat(processes(spark)).doesNotContain(ProcessHandle.current().pid());
        } finally {
            spark.stop();
        }
    }

    @Test
    void aStandaloneClusterDoesToo() throws Exception {
        try (StandaloneCluster cluster = new StandaloneCluster()) {
            SparkSession spark = ClusterSession.on(cluster.master(), Map.of("spark.executor.cores", "1"));
            try {
                assertThat(attended(spark, 4)).hasSize((int) ROWS);
                assertThat(processes(spark))
                        .doesNotContain(ProcessHandle.current().pid());
            } finally {
                spark.stop();
            }
        }
    }

    private static Map<Long, ByteBuffer> attended(SparkSession spark, int partitions) {
        return SeededMaps.outputs(SeededMaps.stage().transform(SeededMaps.frame(spark, ROWS, partitions)));
    }

    /** Ids of the processes in which tasks run. */
    private static List<Long> processes(SparkSession spark) {
        return spark.range(0, 4, 1, 4)
                .mapPartitions(
                        (MapPartitionsFunction<Long, Long>)
                                rows -> List.of(ProcessHandle.current().pid()).iterator(),
                        Encoders.LONG())
                .distinct()
                .collectAsList();
    }
}
