package io.sparkhood.backend;

import java.io.Serializable;

/**
 * How the tasks of a JVM share one device: a few use it at once, the others wait.
 *
 * @param atOnce tasks that use it at once, at least 1
 * @param waitMillis longest wait of a task for its turn, after which it fails, at least 1
 */
public record TaskTurns(int atOnce, long waitMillis) implements Serializable {
    /** Two tasks, since the copies of one fill the gaps of the other; ten minutes. */
    public static final TaskTurns DEFAULT = new TaskTurns(2, 600_000);

    public TaskTurns {
        if (atOnce < 1) {
            throw new IllegalArgumentException("tasks at once must be at least 1, but are " + atOnce);
        }
        if (waitMillis < 1) {
            throw new IllegalArgumentException("the wait must be at least 1 millisecond, but is " + waitMillis);
        }
    }
}
