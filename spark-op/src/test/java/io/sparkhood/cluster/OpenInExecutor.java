package io.sparkhood.cluster;

import io.sparkhood.backend.Backends;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;

/**
 * What one JVM holds for the stage; public, so that Spark can carry it.
 *
 * @param pid the process
 * @param backends backends that are open
 * @param threads names of the threads that a lane started
 * @param heapBytes bytes of heap in use after a collection
 * @param heldAfterKill see {@link HoldWatch#heldAfterKill}
 */
public record OpenInExecutor(long pid, List<String> backends, List<String> threads, long heapBytes, long heldAfterKill)
        implements Serializable {

    /** What this JVM holds. */
    static OpenInExecutor here() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return new OpenInExecutor(
                ProcessHandle.current().pid(),
                openBackends(),
                laneThreads(),
                runtime.totalMemory() - runtime.freeMemory(),
                HoldWatch.heldAfterKill());
    }

    /** Whether this JVM holds anything but heap. */
    static boolean anything() {
        return !openBackends().isEmpty() || !laneThreads().isEmpty();
    }

    /** The helpers of lanes; they start with the first run and end when the lane is closed. */
    static List<String> laneThreads() {
        Thread[] threads = new Thread[Thread.activeCount() + 100];
        int found = Thread.enumerate(threads);
        return Arrays.stream(threads, 0, found)
                .map(Thread::getName)
                .filter(name -> name.equals("sparkhood-lane"))
                .toList();
    }

    /** What the executors hold, by process; an executor that is only starting may be missing. */
    static Map<Long, OpenInExecutor> inAll(SparkSession spark) {
        return spark
                .range(0, 4, 1, 4)
                .mapPartitions(
                        (MapPartitionsFunction<Long, OpenInExecutor>) rows -> {
                            Thread.sleep(100); // or one executor would take all the tasks
                            return List.of(here()).iterator();
                        },
                        Encoders.javaSerialization(OpenInExecutor.class))
                .collectAsList()
                .stream()
                .collect(Collectors.toMap(OpenInExecutor::pid, open -> open, (one, other) -> other));
    }

    /** The private list of {@link Backends}: only a test wants to see it. */
    private static List<String> openBackends() {
        try {
            var open = Backends.class.getDeclaredField("OPEN");
            open.setAccessible(true);
            Map<?, ?> backends = (Map<?, ?>) open.get(null);
            synchronized (backends) {
                return backends.keySet().stream().map(Object::toString).toList();
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean nothing() {
        return backends.isEmpty() && threads.isEmpty();
    }
}
