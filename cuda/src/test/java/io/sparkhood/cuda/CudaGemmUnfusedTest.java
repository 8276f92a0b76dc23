package io.sparkhood.cuda;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.UnfusedContract;
import org.junit.jupiter.api.AfterAll;

/** The contract of the two halves of attention as implicit matrix products, on an emulated device. */
class CudaGemmUnfusedTest extends UnfusedContract {
    private final EmulatedCuda cuda = new EmulatedCuda();

    @Override
    protected BackendProvider provider() {
        return cuda;
    }

    @Override
    protected Implementation implementation() {
        return Implementation.GEMM;
    }

    /** Tiles of small maps are mostly padding, which takes its time. */
    @Override
    protected boolean repeats(NamedCase named) {
        return EmulatedCuda.pairs(named) <= 10_000;
    }

    @Override
    protected int everySmallWindow() {
        return 11;
    }

    @AfterAll
    void everythingWasGivenBack() {
        cuda.requireEverythingGivenBack();
    }
}
