package io.sparkhood.backend;

import io.sparkhood.operator.Operator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A place to compute: the CPU of this JVM, or one CUDA device. Thread-safe; one per name and {@link BackendOptions} in a JVM,
 * shared by its tasks through {@link Backends}.
 */
public interface Backend extends AutoCloseable {
    /** The provider's name, such as {@code cpu}. */
    String name();

    /** Why this backend cannot run the operator, as a sentence, or nothing if it can. Never throws, never logs. */
    Optional<String> refuses(Operator operator);

    /** Rows of one run such that inputs and outputs take at most {@code budgetBytes}; at least 1. */
    long maxBatch(Operator operator, long budgetBytes);

    /**
     * Makes an operator ready for runs of up to {@code maxBatch} rows. A second plan of a known operator is cheap.
     *
     * @param parameters values of {@link Operator#parameters()}
     * @throws IllegalArgumentException if the operator is refused, or a parameter is missing or has the wrong length
     * @throws OutOfDeviceMemoryException if there is no room for its constants
     * @throws DeviceLostException if the device is lost to this process
     */
    Plan plan(Operator operator, long maxBatch, Parameters parameters);

    /**
     * The ways in which {@link #plan} could run an operator, the one that it takes first; empty where there is one way only.
     *
     * @param batch rows of the run whose time is predicted
     * @throws IllegalArgumentException if the operator is refused
     */
    default List<Candidate> candidates(Operator operator, long batch) {
        return List.of();
    }

    /**
     * As {@link #plan(Operator, long, Parameters)}, in the way of a candidate: for those who compare.
     *
     * @throws IllegalArgumentException also if the candidate is none of this backend for the operator
     */
    default Plan plan(Operator operator, long maxBatch, Parameters parameters, Candidate candidate) {
        throw new IllegalArgumentException(name() + " has no candidates");
    }

    /**
     * Opens a lane for the task that the calling thread is.
     *
     * @param threads threads the arithmetic may use, the caller's included; backends that compute elsewhere ignore it
     */
    Lane lane(int threads);

    /**
     * Opens a lane for a task whose stages may run in several threads. Where tasks take {@link TaskTurns} on a device this
     * waits for the task's turn, which is one for all its lanes.
     *
     * @param threads as above
     * @param task equal for all lanes of one task
     * @throws IllegalStateException if the turn did not come in time
     * @throws java.util.concurrent.CancellationException if the thread is interrupted while it waits
     */
    default Lane lane(int threads, Object task) {
        return lane(threads);
    }

    /**
     * Floating-point operations per second that fused multiply-adds reach now on all threads of an idle lane, found out in
     * about half a second once their code is compiled; nothing where a share of a peak would mean nothing. On the CPU without
     * the Vector module it is what plain Java reaches, which is less than the machine's peak.
     *
     * @throws java.util.concurrent.CancellationException if the lane was cancelled
     */
    OptionalDouble measurePeak(Lane lane);

    /** How many batches are worth having under way at once, so that copies and arithmetic overlap. */
    int batchesInFlight();

    /** Frees what the backend holds. Plans and lanes must be closed before. */
    @Override
    void close();
}
