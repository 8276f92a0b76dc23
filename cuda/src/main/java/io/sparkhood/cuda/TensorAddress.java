package io.sparkhood.cuda;

/**
 * Where a tensor lies on the device.
 *
 * @param address of its first element
 * @param tokenStride elements from one token to the next; never 0 for a tensor that is there
 */
record TensorAddress(long address, long tokenStride) {
    /** A tensor that the operator does not have. */
    static final TensorAddress ABSENT = new TensorAddress(0, 0);
}
