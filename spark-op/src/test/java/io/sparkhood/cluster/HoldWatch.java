package io.sparkhood.cluster;

import java.util.concurrent.atomic.AtomicLong;

/** A thread of an executor that looks, again and again, whether the stage holds a backend or threads there. */
final class HoldWatch {
    private static final AtomicLong LAST_HELD =
            new AtomicLong(-1); // milliseconds since the epoch; -1: does not look yet

    private HoldWatch() {}

    /** Starts looking, in the executor that calls; notes {@code held-<pid>} when a lane's helpers have begun. */
    static void start(Happened happened) {
        if (!LAST_HELD.compareAndSet(-1, 0)) {
            return;
        }
        Thread thread = new Thread(() -> look(happened), "hold-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private static void look(Happened happened) {
        while (true) {
            if (OpenInExecutor.anything()) {
                LAST_HELD.set(System.currentTimeMillis());
                if (!OpenInExecutor.laneThreads().isEmpty()) {
                    happened.first("held-" + ProcessHandle.current().pid());
                }
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** When anything was last seen held in this JVM, in milliseconds since the epoch; 0 or -1 if never. */
    static long lastHeld() {
        return LAST_HELD.get();
    }
}
