package io.sparkhood.ml;

import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * For clusters, {@code spark.plugins=io.sparkhood.ml.SparkhoodPlugin}: opens the backend when an executor starts and keeps it open
 * between tasks, shows what the executor has done as metrics, and ends an executor whose GPU is lost to it, so that Spark goes on
 * elsewhere. Nothing needs it: without it the first task opens the backend.
 */
public final class SparkhoodPlugin implements SparkPlugin {
    /** For Spark, which makes it by its name. */
    public SparkhoodPlugin() {}

    /** Checks the settings when the application starts. */
    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Map<String, String> init(SparkContext context, PluginContext plugin) {
                GpuSettings.turns(plugin.conf()::get);
                return Map.of();
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new PluginOnExecutor(ExecutorExit::begin);
    }
}
