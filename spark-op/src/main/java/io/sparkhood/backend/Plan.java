package io.sparkhood.backend;

import io.sparkhood.operator.Operator;

/** An operator made ready on one backend. Immutable and thread-safe; runs may overlap on different lanes. */
public interface Plan extends AutoCloseable {
    /** What is computed. */
    Operator operator();

    /** Rows that one run takes at most. */
    long maxBatch();

    /** The way chosen, in one line for people. */
    String describe();

    /**
     * Pairs of a query and a key per head and row whose score the arithmetic of this plan touches, the masked and padded ones
     * of its tiles included; never less than the pairs that the operator asks for.
     */
    long visitedPairs();

    /** Memory that a lane holds for one thread of this plan beside the tensors, whatever the batch. */
    long scratchBytes();

    /**
     * Memory that a lane holds beside that for the attention weights of {@link #maxBatch()} rows, between the passes of an
     * implementation that keeps them; 0 where none does.
     */
    default long weightsBytes() {
        return 0;
    }

    /**
     * Puts the arithmetic for the first {@code batch} rows on the lane, and nothing else: sizes were checked when the
     * tensors were bound.
     *
     * @throws java.util.concurrent.CancellationException if the lane was cancelled
     */
    void run(Lane lane, long batch, BoundTensors tensors);

    @Override
    void close();
}
