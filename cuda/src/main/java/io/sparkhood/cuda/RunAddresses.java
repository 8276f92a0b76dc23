package io.sparkhood.cuda;

/**
 * Everything that one run reads and writes; what the operator does not have is absent or 0.
 *
 * @param slots scores or weights, whether they are a tensor of the operator or lie between launches
 * @param relativePositionBias address of the float32 bias
 * @param tables address of {@link Launches#tables()}
 */
record RunAddresses(
        TensorAddress query,
        TensorAddress key,
        TensorAddress value,
        TensorAddress additionalKeys,
        TensorAddress additionalValues,
        TensorAddress output,
        TensorAddress logSumExp,
        TensorAddress slots,
        long relativePositionBias,
        long tables) {}
