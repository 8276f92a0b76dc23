package io.sparkhood.ml;

import java.util.concurrent.atomic.AtomicBoolean;

/** Ends the JVM of an executor from within a task. */
final class ExecutorExit {
    /** What spark-rapids ends with as well, so that people who look for one find the other. */
    static final int CODE = 20;

    /** Shutdown hooks may hang on a lost device. */
    private static final long HALT_MILLIS = 40_000;

    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private ExecutorExit() {}

    /** Begins, once, and returns: the task that calls has its failure to report. */
    static void begin() {
        begin(HALT_MILLIS);
    }

    /**
     * Begins, once.
     *
     * @param haltMillis the hooks' time, after which the JVM is halted
     */
    static void begin(long haltMillis) {
        if (BEGUN.compareAndSet(false, true)) {
            Thread halt = new Thread(() -> haltAfter(haltMillis), "sparkhood-halt");
            halt.setDaemon(true);
            halt.start();
            new Thread(() -> System.exit(CODE), "sparkhood-exit").start();
        }
    }

    private static void haltAfter(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            // nothing is worth waiting for then
        }
        Runtime.getRuntime().halt(CODE);
    }
}
