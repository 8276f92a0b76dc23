package io.sparkhood.cpu;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.contract.BackendContract;
import io.sparkhood.operator.DType;
import java.util.List;

class CpuBackendTest extends BackendContract {
    @Override
    protected BackendProvider provider() {
        return new CpuBackendProvider();
    }

    @Override
    protected List<DType> dtypes() {
        return List.of(DType.values());
    }
}
