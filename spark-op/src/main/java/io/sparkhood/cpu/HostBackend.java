package io.sparkhood.cpu;

import io.sparkhood.backend.AttentionBackend;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.Lane;

/** What both backends in the Java heap share: their lanes, on which copies are renames. */
abstract class HostBackend extends AttentionBackend {
    HostBackend(String name, Implementation implementation) {
        super(name, implementation);
    }

    @Override
    public final Lane lane(int threads) {
        return new HostLane(threads);
    }

    @Override
    public final int batchesInFlight() {
        return 1;
    }

    @Override
    public void close() {}
}
