package io.sparkhood.cpu;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.contract.UnfusedContract;

class CpuNaiveUnfusedTest extends UnfusedContract {
    @Override
    protected BackendProvider provider() {
        return new CpuBackendProvider();
    }

    @Override
    protected BackendOptions options() {
        return BackendOptions.DEFAULT.withImplementation(Implementation.NAIVE);
    }
}
