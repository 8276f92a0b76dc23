package io.sparkhood.ml;

import com.codahale.metrics.Gauge;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.DeviceLostException;
import io.sparkhood.column.JvmTotals;
import io.sparkhood.column.TaskDevice;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@link SparkhoodPlugin} does in each executor; in local mode in the one JVM. */
final class PluginOnExecutor implements ExecutorPlugin {
    private static final Logger LOG = LoggerFactory.getLogger("io.sparkhood");
    /** Spark's id of the executor in the driver's JVM, which is local mode. */
    private static final String DRIVER = "driver";

    private static final int MOST_CAUSES = 100; // of a chain that may be a ring

    private final Runnable exit;
    private Backends.@Nullable Handle warm;
    private boolean local;

    /** @param exit begins to end this JVM, and returns */
    PluginOnExecutor(Runnable exit) {
        this.exit = exit;
    }

    @Override
    public void init(PluginContext context, Map<String, String> fromDriver) {
        local = context.executorID().equals(DRIVER);
        JvmTotals.byKey().forEach((key, total) -> context.metricRegistry().register(key, (Gauge<Number>) total::get));
        try {
            warmUp(context);
        } catch (RuntimeException | LinkageError e) { // Spark would lose the executor
            LOG.warn("the backend could not be opened at the executor's start; tasks will try again", e);
        }
    }

    /** Opens what {@code auto} takes, as tasks of a stage with default params do, so that they share it. */
    private void warmUp(PluginContext context) {
        Optional<BackendProvider> best = Backends.providers().stream() // highest rank first
                .filter(provider -> provider.rank() >= 0 && provider.probe().usable())
                .findFirst();
        if (best.isEmpty()) {
            return;
        }
        NeighborhoodAttention defaults = new NeighborhoodAttention();
        BackendOptions options = BackendOptions.DEFAULT
                .withDevice(TaskDevice.address(context.resources()))
                .withScratchBytes(defaults.getScratchBytes())
                .withMemoryBudgetBytes(defaults.getDeviceMemoryBytes())
                .withTurns(GpuSettings.turns(context.conf()::get));
        long start = System.nanoTime();
        warm = Backends.open(best.get().name(), options);
        LOG.info(
                "backend {} ({}) opened in {} ms at the executor's start",
                best.get().name(),
                best.get().probe().detail(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    /** Ends the executor if the task failed because a device is lost: no task can use the device in this JVM any more. */
    @Override
    public void onTaskFailed(TaskFailedReason reason) {
        Optional<String> lost = lostDevice(reason);
        if (lost.isEmpty()) {
            return;
        }
        if (local) {
            LOG.error("{}; this JVM is the driver's too and stays", lost.get());
        } else {
            LOG.error(
                    "{}; this executor ends with code {}, so that Spark goes on in others",
                    lost.get(),
                    ExecutorExit.CODE);
            exit.run();
        }
    }

    /** The message of the first lost device among the causes of a failure. */
    static Optional<String> lostDevice(TaskFailedReason reason) {
        if (!(reason instanceof ExceptionFailure failure)) {
            return Optional.empty();
        }
        @Nullable
        Throwable cause = failure.exception().isDefined() ? failure.exception().get() : null;
        for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
            if (cause instanceof DeviceLostException) {
                return Optional.of(String.valueOf(cause.getMessage()));
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    @Override
    public void shutdown() {
        if (warm != null) {
            warm.close();
        }
    }
}
