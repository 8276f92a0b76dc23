package io.sparkhood.backend;

/** A point in the order of a lane. */
@FunctionalInterface
public interface Completion {
    /**
     * Returns when everything before this point is done.
     *
     * @throws java.util.concurrent.CancellationException if the lane was cancelled
     */
    void await();
}
