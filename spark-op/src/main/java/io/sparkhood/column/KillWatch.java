package io.sparkhood.column;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.jspecify.annotations.Nullable;

/**
 * Tells a task's lanes that Spark has killed the task. Spark only leaves a mark in the TaskContext, and the task's own thread
 * is busy with a run, so another thread looks.
 */
final class KillWatch implements AutoCloseable {
    private static final long MILLIS = 100;

    /** One thread for all tasks of this JVM. */
    private static final ScheduledExecutorService WATCHER = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "sparkhood-kill-watch");
        thread.setDaemon(true);
        return thread;
    });

    private final @Nullable TaskContext task;
    private final ScheduledFuture<?> looking;

    /**
     * Starts looking.
     *
     * @param task null outside of Spark, where nothing is killed
     * @param cancel called, once or more, from another thread after the task was killed
     */
    KillWatch(@Nullable TaskContext task, Runnable cancel) {
        this.task = task;
        this.looking = WATCHER.scheduleWithFixedDelay(
                () -> {
                    if (isKilled()) {
                        cancel.run();
                    }
                },
                MILLIS,
                MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private boolean isKilled() {
        return task != null && task.isInterrupted();
    }

    void requireNotKilled() {
        if (isKilled()) {
            throw new TaskKilledException("the task was killed");
        }
    }

    @Override
    public void close() {
        looking.cancel(false);
    }
}
