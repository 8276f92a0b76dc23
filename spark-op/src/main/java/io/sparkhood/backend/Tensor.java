package io.sparkhood.backend;

import io.sparkhood.operator.DType;

/** Memory of one backend: a number of elements of one type, owned by the lane that made it. */
public interface Tensor extends AutoCloseable {
    DType dtype();

    /** Elements that can be addressed from the start of this tensor. */
    long elements();

    /**
     * The same memory from element {@code offset} on, with {@code tokenStride} elements from one token to the next, so that
     * query, key and value can be parts of one tensor. Closing a view frees nothing.
     *
     * @throws IndexOutOfBoundsException if the offset is not inside the tensor
     */
    Tensor view(long offset, long tokenStride);

    /** Elements from one token to the next, or 0 where tokens lie side by side. */
    long tokenStride();

    @Override
    void close();
}
