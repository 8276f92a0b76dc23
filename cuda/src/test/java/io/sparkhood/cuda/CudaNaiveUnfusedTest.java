package io.sparkhood.cuda;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.UnfusedContract;
import org.junit.jupiter.api.AfterAll;

/** The contract of the two halves of attention, on an emulated device. */
class CudaNaiveUnfusedTest extends UnfusedContract {
    private final EmulatedCuda cuda = new EmulatedCuda();

    @Override
    protected BackendProvider provider() {
        return cuda;
    }

    @Override
    protected Implementation implementation() {
        return Implementation.NAIVE;
    }

    /** The longer ones take seconds of emulation each. */
    @Override
    protected boolean repeats(NamedCase named) {
        return EmulatedCuda.pairs(named) <= 30_000;
    }

    @AfterAll
    void everythingWasGivenBack() {
        cuda.requireEverythingGivenBack();
    }
}
