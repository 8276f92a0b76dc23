package io.sparkhood.backend;

import io.sparkhood.operator.DType;

/**
 * The ordered work of one task: its tensors with their host sides, its scratch memory, and the order of its copies and runs.
 * Used by one thread at a time, except for {@link #cancel()}. Closing it frees its tensors.
 */
public interface Lane extends AutoCloseable {
    /** New memory of the backend; the contents are undefined. */
    Tensor tensor(DType dtype, long elements);

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
