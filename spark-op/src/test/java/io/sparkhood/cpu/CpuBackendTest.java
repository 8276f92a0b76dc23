package io.sparkhood.cpu;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.contract.BackendContract;

class CpuBackendTest extends BackendContract {
    @Override
    protected BackendProvider provider() {
        return new CpuBackendProvider();
    }
}
