package io.sparkhood.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A slow task and the second attempt that Spark gives it, on a standalone cluster. */
@Timeout(240)
class SpeculationIT {
    private static final long ROWS = 60;

    /** Standalone, because the second attempt needs another host, and the executors of local-cluster share one. */
    @Test
    void aSlowAttemptIsOvertaken(@TempDir Path folder) throws Exception {
        Map<String, String> settings = Map.of(
                "spark.executor.cores", "1",
                "spark.cores.max", "2",
                "spark.speculation", "true",
                "spark.speculation.quantile", "0.5",
                "spark.speculation.minTaskRuntime", "2s");
        Happened happened = Happened.in(folder);
        try (StandaloneCluster cluster = new StandaloneCluster(2)) {
            SparkSession spark = ClusterSession.on(cluster.master(), settings);
            try {
                Map<Long, ByteBuffer> undisturbed = attended(spark, 4);
                SeededMaps.OnRow slow = id -> {
                    int attempt = TaskContext.get().attemptNumber();
                    if (id == ROWS / 2 + 7 && happened.first("attempt" + attempt) && attempt == 0) {
                        Thread.sleep(60_000); // Spark wakes it when the other attempt has won
                    }
                };
                String sink = folder.resolve("sink").toString();
                SeededMaps.stage()
                        .transform(SeededMaps.frame(spark, ROWS, 4, slow))
                        .write()
                        .parquet(sink);
                assertThat(SeededMaps.outputs(spark.read().parquet(sink))).isEqualTo(undisturbed);
                assertThat(happened.events()).contains("attempt0", "attempt1");
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
