package io.sparkhood.sql;

import io.sparkhood.column.RowByRow;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * What the functions of one task hold open, by call; closed when the task completes. Spark mostly evaluates a task's
 * expressions on its one thread, but may do so on another that feeds a process, so one row is computed at a time.
 */
final class TaskRows implements AutoCloseable {
    private static final Map<TaskContext, TaskRows> OPEN = new ConcurrentHashMap<>();

    /** A kernel size or options from a column may differ from row to row; a task must not hold plans for them all. */
    private static final int MOST_CALLS = 8;

    private final Map<AttentionCall, RowByRow> calls = new LinkedHashMap<>(16, 0.75f, true); // guarded by this
    private boolean closed; // guarded by this

    private TaskRows() {}

    /**
     * The output of one row. Outside of a task, where Spark computes a constant on the driver, all is opened for this row and
     * closed after it.
     */
    static Object compute(AttentionCall call, Object... tensors) {
        @Nullable TaskContext task = TaskContext.get();
        if (task != null) {
            return of(task).computeOpen(call, tensors);
        }
        try (RowByRow rows = call.open()) {
            return rows.compute(tensors).get(0);
        }
    }

    /** Tasks of this JVM that hold something open. */
    static int openTasks() {
        return OPEN.size();
    }

    private static TaskRows of(TaskContext task) {
        @Nullable TaskRows open = OPEN.get(task);
        if (open != null) {
            return open;
        }
        TaskRows made = new TaskRows();
        @Nullable TaskRows other = OPEN.putIfAbsent(task, made);
        if (other != null) {
            return other;
        }
        task.addTaskCompletionListener((TaskCompletionListener) context -> {
            OPEN.remove(context);
            made.close();
        });
        return made;
    }

    private synchronized Object computeOpen(AttentionCall call, Object... tensors) {
        if (closed) {
            throw new IllegalStateException("the task has completed");
        }
        @Nullable RowByRow rows = calls.get(call);
        if (rows == null) {
            if (calls.size() >= MOST_CALLS) {
                var eldest = calls.entrySet().iterator();
                RowByRow unused = eldest.next().getValue();
                eldest.remove();
                unused.close();
            }
            rows = call.open();
            calls.put(call, rows);
        }
        return rows.compute(tensors).get(0);
    }

    @Override
    public synchronized void close() {
        closed = true;
        calls.values().forEach(RowByRow::close);
        calls.clear();
    }
}
