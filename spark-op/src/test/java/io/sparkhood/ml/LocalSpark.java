package io.sparkhood.ml;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** The one local Spark of this test JVM. */
public final class LocalSpark {
    public static final SparkSession SESSION = SparkSession.builder()
            .master("local[2]")
            .appName("tests")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config(
                    "spark.sql.warehouse.dir",
                    Path.of("target", "warehouse").toAbsolutePath().toString())
            .getOrCreate();

    private LocalSpark() {}
}
