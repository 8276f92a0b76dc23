package io.sparkhood.cpu;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Probe;

/** The CPU of this JVM: fused tiles with the Vector API where its module is present, else in plain Java. */
public final class CpuBackendProvider implements BackendProvider {
    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int rank() {
        return 100;
    }

    @Override
    public Probe probe() {
        return VectorSupport.detected().probe();
    }

    @Override
    public Backend open(BackendOptions options) {
        return new CpuBackend(VectorSupport.detected().math(), options);
    }
}
