package io.sparkhood.cuda.emulator;

import java.util.ArrayDeque;
import java.util.Queue;

/** The work of one stream that is not done yet, in order. */
final class EmulatedStream {
    private final Queue<Work> waiting = new ArrayDeque<>();
    private boolean destroyed;

    void add(Work work) {
        waiting.add(work);
    }

    /** Takes no more work; what waits will be done. */
    void destroy() {
        destroyed = true;
    }

    boolean isDestroyed() {
        return destroyed;
    }

    boolean isDone() {
        return waiting.isEmpty();
    }

    /** Whether the next piece of work can be done now. */
    boolean isReady() {
        Work first = waiting.peek();
        return first != null && first.ready();
    }

    void step() {
        waiting.remove().run();
    }
}
