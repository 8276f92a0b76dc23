package io.sparkhood.backend;

import io.sparkhood.operator.DType;
import java.util.Optional;

/**
 * The ordered work of one task: its tensors with their host sides, its scratch memory, and the order of its copies and runs.
 * Used by one thread at a time, except for {@link #cancel()}. Closing it frees its tensors.
 */
public interface Lane extends AutoCloseable {
    /** New memory of the backend; the contents are undefined. */
    Tensor tensor(DType dtype, long elements);

    /**
     * A float32 tensor whose memory is this array, where tensors lie in the Java heap; elsewhere nothing, and rows are packed.
     * A run reads or writes the array itself, so that nobody else may change it before the run is complete.
     */
    default Optional<Tensor> adopt(float[] elements) {
        return Optional.empty();
    }

    /** As {@link #adopt(float[])}, for elements that are given as little-endian bytes, as many as the array holds. */
    default Optional<Tensor> adopt(DType dtype, byte[] elements) {
        return Optional.empty();
    }

    /**
     * Bytes of inputs and outputs from which on a run gains nothing by more rows, so that looking further ahead would only cost
     * memory and caches; a larger row is a run of its own. The largest long where every row more in a run is a gain.
     */
    default long enoughBatchBytes() {
        return Long.MAX_VALUE;
    }

    /** The host side of a tensor of this lane, where rows are packed and unpacked. */
    Staging staging(Tensor tensor);

    /** Copies the first elements from the host side to the tensor. On the CPU they are the same memory. */
    void upload(Tensor tensor, long elements);

    /** Copies the first elements from the tensor to its host side. On the CPU they are the same memory. */
    void download(Tensor tensor, long elements);

    /** A point in the order of this lane that can be waited for. */
    Completion mark();

    /** Stops the run under way at its next tile and makes every later one fail. Callable from any thread. */
    void cancel();

    @Override
    void close();
}
