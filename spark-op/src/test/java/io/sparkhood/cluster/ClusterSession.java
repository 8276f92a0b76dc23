package io.sparkhood.cluster;

import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Starts the one SparkSession that a JVM can have at a time, with what all tests on a cluster have in common. */
final class ClusterSession {
    private ClusterSession() {}

    /**
     * Two executors of one core and 1 GiB each, as children of this JVM.
     *
     * @param settings Spark settings, which win over those of the harness
     */
    static SparkSession twoExecutors(Map<String, String> settings) {
        return on("local-cluster[2,1,1024]", settings);
    }

    /**
     * A session on a master; the caller stops it.
     *
     * @param settings Spark settings, which win over those of the harness
     * @throws IllegalStateException if this JVM has a session already
     */
    static SparkSession on(String master, Map<String, String> settings) {
        if (SparkSession.getDefaultSession().isDefined()) {
            throw new IllegalStateException("this JVM has a Spark session already; stop it first");
        }
        Path home = SparkHome.prepare();
        SparkSession.Builder builder = SparkSession.builder()
                .master(master)
                .appName("cluster tests")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.sql.warehouse.dir", home.resolve("warehouse").toString())
                .config("spark.executor.memory", "1g")
                .config("spark.executor.heartbeatInterval", "1s") // kills and accumulators travel with it
                .config("spark.network.timeout", "60s");
        settings.forEach(builder::config);
        return builder.getOrCreate();
    }
}
