package io.sparkhood.cuda;

/**
 * Everything that one run reads and writes; what the operator does not have is absent or 0.
 *
 * @param relativePositionBias address of the float32 bias
 * @param tables address of {@link LaunchPlan#tables()}
 */
record RunAddresses(
        TensorAddress query,
        TensorAddress key,
        TensorAddress value,
        TensorAddress additionalKeys,
        TensorAddress additionalValues,
        TensorAddress output,
        TensorAddress logSumExp,
        long relativePositionBias,
        long tables) {}
