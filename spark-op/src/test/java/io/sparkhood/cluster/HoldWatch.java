package io.sparkhood.cluster;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/** A thread of an executor that looks, until a task was killed and all is free, whether the stage holds a backend or threads. */
final class HoldWatch {
    private static final AtomicReference<TaskContext> TASK = new AtomicReference<>();
    private static final AtomicLong TOLD = new AtomicLong(); // when the task was seen to be killed
    private static final AtomicLong LAST_HELD =
            new AtomicLong(-1); // milliseconds since the epoch; -1: does not look yet

    private HoldWatch() {}

    /** Starts looking, in the task that calls and for it; notes {@code held-<pid>} when a lane's helpers have begun. */
    static void start(Happened happened) {
        TASK.set(TaskContext.get());
        TOLD.set(0);
        if (!LAST_HELD.compareAndSet(-1, 0)) {
            return;
        }
        Thread thread = new Thread(() -> look(happened), "hold-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private static void look(Happened happened) {
        boolean noted = false; // once: the folder goes with its test, and Spark ends an executor whose thread throws
        boolean held = true;
        while (held || TOLD.get() == 0) {
            @Nullable TaskContext task = TASK.get();
            if (task != null && task.isInterrupted()) {
                TOLD.compareAndSet(0, System.currentTimeMillis());
            }
            held = OpenInExecutor.anything();
            if (held) {
                LAST_HELD.set(System.currentTimeMillis());
                if (!noted && !OpenInExecutor.laneThreads().isEmpty()) {
                    noted = true;
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

    /** Milliseconds from the moment the task was told that it is killed until nothing was held; -1 if it was not told. */
    static long heldAfterKill() {
        long told = TOLD.get();
        return told == 0 ? -1 : Math.max(0, LAST_HELD.get() - told);
    }
}
