package io.sparkhood.cpu;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.contract.BackendContract;

class ReferenceBackendTest extends BackendContract {
    @Override
    protected BackendProvider provider() {
        return new ReferenceBackendProvider();
    }
}
