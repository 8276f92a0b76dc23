package io.sparkhood.cuda;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import org.junit.jupiter.api.AfterAll;

/** The contract of all backends, on an emulated device that executes the PTX that ships. */
class CudaBackendTest extends CudaContract {
    private final EmulatedCuda cuda = new EmulatedCuda();

    @Override
    protected BackendProvider provider() {
        return cuda;
    }

    @Override
    protected NamedCase longCase() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(32, 32)
                .kernelSize(21)
                .headDim(64)
                .build();
        return new NamedCase("a second of emulation", operator, 1);
    }

    @AfterAll
    void everythingWasGivenBack() {
        cuda.requireEverythingGivenBack();
    }
}
