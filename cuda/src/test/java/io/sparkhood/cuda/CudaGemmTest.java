package io.sparkhood.cuda;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.contract.BackendContract;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import org.junit.jupiter.api.AfterAll;

/** The contract of all backends for attention as implicit matrix products, on an emulated device. */
class CudaGemmTest extends BackendContract {
    private final EmulatedCuda cuda = new EmulatedCuda();

    @Override
    protected BackendProvider provider() {
        return cuda;
    }

    @Override
    protected Implementation implementation() {
        return Implementation.GEMM;
    }

    /** Tensor cores take weights in the type of the values. */
    @Override
    protected DType weightType(DType dtype) {
        return dtype;
    }

    @Override
    protected boolean cancelsWithinARun() {
        return false;
    }

    @Override
    protected NamedCase longCase() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(32, 32)
                .kernelSize(21)
                .headDim(64)
                .build();
        return new NamedCase("a second of emulation", operator, 1);
    }

    /** Tiles of small maps are mostly padding, which takes its time. */
    @Override
    protected boolean repeats(NamedCase named) {
        return EmulatedCuda.pairs(named) <= 10_000;
    }

    @AfterAll
    void everythingWasGivenBack() {
        cuda.requireEverythingGivenBack();
    }
}
