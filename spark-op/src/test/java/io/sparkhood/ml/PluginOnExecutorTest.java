package io.sparkhood.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.DeviceLostException;
import io.sparkhood.column.JvmTotals;
import io.sparkhood.column.Measure;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.TaskResultLost$;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

class PluginOnExecutorTest {
    private int exits;
    private final PluginOnExecutor plugin = new PluginOnExecutor(() -> exits++);

    private record Context(
            String executorID,
            Map<String, ResourceInformation> resources,
            SparkConf conf,
            MetricRegistry metricRegistry)
            implements PluginContext {
        Context(String executor, String... addresses) {
            this(
                    executor,
                    Map.of("gpu", new ResourceInformation("gpu", addresses)),
                    new SparkConf(false).set("spark.sparkhood.gpuTaskWait", "77s"),
                    new MetricRegistry());
        }

        @Override
        public String hostname() {
            return "localhost";
        }

        @Override
        public void send(Object message) {
            throw new AssertionError("nothing is sent");
        }

        @Override
        public Object ask(Object message) {
            throw new AssertionError("nothing is asked");
        }
    }

    private static TaskFailedReason failure(Throwable cause) {
        return new ExceptionFailure(
                cause,
                CollectionConverters.asScala(java.util.List.<org.apache.spark.scheduler.AccumulableInfo>of())
                        .toSeq());
    }

    private static Throwable lost() {
        return new RuntimeException(
                "the task",
                new IllegalStateException("a row", new DeviceLostException("device 3 is lost", new Error())));
    }

    @Test
    void totalsAreGauges() {
        Context context = new Context("1");
        plugin.init(context, Map.of());
        plugin.shutdown();
        var gauges = context.metricRegistry().getGauges();
        assertThat(gauges.keySet()).isEqualTo(JvmTotals.byKey().keySet());
        Gauge<?> rows = Objects.requireNonNull(gauges.get("rows"));
        assertThat(rows.getValue()).isEqualTo(JvmTotals.total(Measure.ROWS));
    }

    @Test
    void opensTheBackendThatTasksShareUntilTheExecutorEnds() {
        BackendOptions options = BackendOptions.DEFAULT
                .withDevice("GPU-1")
                .withScratchBytes(8L << 20)
                .withTurns(new io.sparkhood.backend.TaskTurns(2, 77_000));
        plugin.init(new Context("1", "GPU-1"), Map.of());
        Object first;
        try (Backends.Handle task = Backends.open("cpu", options)) {
            first = task.backend();
        }
        try (Backends.Handle task = Backends.open("cpu", options)) {
            assertThat(task.backend()).as("kept open in between").isSameAs(first);
        }
        plugin.shutdown();
        try (Backends.Handle task = Backends.open("cpu", options)) {
            assertThat(task.backend()).as("closed").isNotSameAs(first);
        }
    }

    @Test
    void anExecutorStartsEvenIfNothingCanBeOpened() {
        plugin.init(new Context("1", "GPU-1", "GPU-2"), Map.of()); // two are refused
        plugin.shutdown();
    }

    @Test
    void aLostDeviceAnywhereAmongTheCausesEndsTheExecutor() {
        plugin.init(new Context("1"), Map.of());
        plugin.onTaskFailed(failure(lost()));
        assertThat(exits).isEqualTo(1);
        plugin.shutdown();
    }

    @Test
    void inLocalModeTheJvmStays() {
        plugin.init(new Context("driver"), Map.of());
        plugin.onTaskFailed(failure(lost()));
        assertThat(exits).isZero();
        plugin.shutdown();
    }

    @Test
    void otherFailuresEndNothing() {
        plugin.init(new Context("1"), Map.of());
        plugin.onTaskFailed(failure(new IllegalStateException("a row", new IllegalArgumentException("wrong"))));
        plugin.onTaskFailed((TaskFailedReason) (Object) TaskResultLost$.MODULE$);
        Exception one = new Exception("one");
        one.initCause(new Exception("a ring", one));
        plugin.onTaskFailed(failure(one));
        assertThat(exits).isZero();
        plugin.shutdown();
    }

    @Test
    void theFirstLostDeviceIsNamed() {
        assertThat(PluginOnExecutor.lostDevice(failure(lost()))).contains("device 3 is lost");
    }

    @Test
    void theDriverChecksTheSettingsAtItsStart() {
        SparkContext context = LocalSpark.SESSION.sparkContext();
        Context plugin = new Context("driver");
        assertThat(new SparkhoodPlugin().driverPlugin().init(context, plugin)).isEmpty();
        plugin.conf().set("spark.sparkhood.gpuTaskWait", "soon");
        assertThatThrownBy(() -> new SparkhoodPlugin().driverPlugin().init(context, plugin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("but is 'soon'");
    }
}
