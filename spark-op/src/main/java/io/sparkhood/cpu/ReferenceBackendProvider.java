package io.sparkhood.cpu;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Probe;

/** The oracle: the definition, word for word, in double precision; every option and dtype; slow. Never taken by auto. */
public final class ReferenceBackendProvider implements BackendProvider {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public int rank() {
        return -1;
    }

    @Override
    public Probe probe() {
        return Probe.usable("double precision, the definition word for word; slow");
    }

    @Override
    public Backend open(BackendOptions options) {
        return new ReferenceBackend(options.implementation());
    }
}
