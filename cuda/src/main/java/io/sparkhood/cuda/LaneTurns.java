package io.sparkhood.cuda;

import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/**
 * Who may use the device: a few tasks at once, the others wait, first come first served. A turn is a task's, for all its lanes
 * together, because a task that runs several stages, maybe in several threads, has a lane for each and must not wait for itself.
 * Thread-safe.
 */
final class LaneTurns {
    private final String device;
    private final int atOnce;
    private final Map<Object, Integer> lanes = new HashMap<>(); // by task that has a turn; guarded by this
    private final Deque<Object> queue = new ArrayDeque<>(); // those that wait, first come first; guarded by this

    /** @param device for messages */
    LaneTurns(String device, int atOnce) {
        this.device = device;
        this.atOnce = atOnce;
    }

    /**
     * Waits for a task's turn, if it has none.
     *
     * @param waitMillis the longest wait
     * @throws IllegalStateException if the turn did not come in time
     * @throws CancellationException if the thread is interrupted meanwhile
     */
    synchronized void enter(Object task, long waitMillis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        Object place = new Object();
        queue.add(place);
        try {
            while (!lanes.containsKey(task) && !(lanes.size() < atOnce && place.equals(queue.peek()))) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new IllegalStateException(late(waitMillis));
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            lanes.merge(task, 1, Integer::sum);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for a lane");
        } finally {
            queue.remove(place);
            notifyAll();
        }
    }

    private String late(long waitMillis) {
        return "this task had no turn on " + device + " within "
                + BigDecimal.valueOf(waitMillis, 3).stripTrailingZeros().toPlainString()
                + " s (spark.sparkhood.gpuTaskWait), because as many tasks compute there as may at once, " + atOnce
                + " (spark.sparkhood.concurrentGpuTasks); raise one of the two, or run fewer tasks in one executor";
    }

    /** Ends the use of one lane; callable from any thread. */
    synchronized void leave(Object task) {
        lanes.computeIfPresent(task, (same, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }
}
