package io.sparkhood.cpu;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.contract.UnfusedContract;

class CpuGemmUnfusedTest extends UnfusedContract {
    @Override
    protected BackendProvider provider() {
        return new CpuBackendProvider();
    }

    @Override
    protected Implementation implementation() {
        return Implementation.GEMM;
    }
}
