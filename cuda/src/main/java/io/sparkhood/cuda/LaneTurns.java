package io.sparkhood.cuda;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the device: a few tasks at once, the others wait. A turn is a thread's, for all its lanes together, because a task
 * that runs several stages has a lane for each and must not wait for itself. Thread-safe.
 */
final class LaneTurns {
    private final Semaphore free;
    private final long patienceMillis;
    private final Map<Thread, Turn> turns = new HashMap<>(); // guarded by itself

    /**
     * Turns.
     *
     * @param atOnce turns there are
     * @param patienceMillis after that a thread goes on without a turn: two tasks whose stages run in several threads may wait
     *     for each other
     */
    LaneTurns(int atOnce, long patienceMillis) {
        this.free = new Semaphore(atOnce, true);
        this.patienceMillis = patienceMillis;
    }

    /** The lanes of one thread. */
    private static final class Turn {
        final boolean permitted;
        int lanes = 1;

        Turn(boolean permitted) {
            this.permitted = permitted;
        }
    }

    /**
     * Waits for the calling thread's turn, if it has none.
     *
     * @return whose turn to {@link #leave}
     * @throws CancellationException if the thread is interrupted meanwhile
     */
    Thread enter() {
        Thread thread = Thread.currentThread();
        synchronized (turns) {
            @Nullable Turn turn = turns.get(thread);
            if (turn != null) {
                turn.lanes++;
                return thread;
            }
        }
        boolean permitted = await();
        synchronized (turns) {
            turns.put(thread, new Turn(permitted));
        }
        return thread;
    }

    private boolean await() {
        try {
            return free.tryAcquire(patienceMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for a lane");
        }
    }

    /** Ends the use of one lane; callable from any thread. */
    void leave(Thread thread) {
        synchronized (turns) {
            @Nullable Turn turn = turns.get(thread);
            if (turn != null && --turn.lanes == 0) {
                turns.remove(thread);
                if (turn.permitted) {
                    free.release();
                }
            }
        }
    }
}
