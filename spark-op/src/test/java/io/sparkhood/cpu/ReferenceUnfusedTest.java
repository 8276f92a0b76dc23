package io.sparkhood.cpu;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.contract.UnfusedContract;

class ReferenceUnfusedTest extends UnfusedContract {
    @Override
    protected BackendProvider provider() {
        return new ReferenceBackendProvider();
    }
}
