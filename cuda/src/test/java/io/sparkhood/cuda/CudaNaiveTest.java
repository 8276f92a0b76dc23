package io.sparkhood.cuda;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.contract.BackendContract;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import org.junit.jupiter.api.AfterAll;

/** The contract of all backends for attention in three launches, scores, softmax and aggregate, on an emulated device. */
class CudaNaiveTest extends BackendContract {
    private final EmulatedCuda cuda = new EmulatedCuda();

    @Override
    protected BackendProvider provider() {
        return cuda;
    }

    @Override
    protected Implementation implementation() {
        return Implementation.NAIVE;
    }

    @Override
    protected boolean cancelsWithinARun() {
        return false;
    }

    @Override
    protected NamedCase longCase() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(16, 16)
                .kernelSize(11)
                .headDim(64)
                .build();
        return new NamedCase("a second of emulation", operator, 1);
    }

    /** The longer ones take seconds of emulation each. */
    @Override
    protected boolean repeats(NamedCase named) {
        return EmulatedCuda.pairs(named) <= 10_000;
    }

    @AfterAll
    void everythingWasGivenBack() {
        cuda.requireEverythingGivenBack();
    }
}
