package io.sparkhood.cpu;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.contract.BackendContract;

class CpuGemmTest extends BackendContract {
    @Override
    protected BackendProvider provider() {
        return new CpuBackendProvider();
    }

    @Override
    protected Implementation implementation() {
        return Implementation.GEMM;
    }
}
