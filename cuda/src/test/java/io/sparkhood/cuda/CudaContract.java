package io.sparkhood.cuda;

import io.sparkhood.backend.contract.BackendContract;
import io.sparkhood.operator.DType;
import java.util.Set;

/** What the contract of all backends is for this one, on whatever device. */
abstract class CudaContract extends BackendContract {
    @Override
    protected final Set<String> refusedCases() {
        return Set.of("headDim 257");
    }

    @Override
    protected final boolean cancelsWithinARun() {
        return false;
    }

    /** Tensor cores take weights in the type of the values. */
    @Override
    protected final DType weightType(DType dtype) {
        return dtype;
    }
}
