package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.Launch;

/** A device without a driver: memory, and launches that run at once. Used by one thread at a time. */
public final class Emulator {
    /** With the default options. */
    public Emulator() {
        this(EmulatorOptions.DEFAULT);
    }

    /** With options. */
    public Emulator(EmulatorOptions options) {}

    /** New memory whose bytes count as never written; its address is a multiple of 256. The name is for messages. */
    public long allocate(String name, long bytes) {
        throw new UnsupportedOperationException();
    }

    /** Frees memory; whatever touches it from then on faults. */
    public void free(long address) {
        throw new UnsupportedOperationException();
    }

    /** Writes bytes from the host. */
    public void write(long address, byte[] bytes) {
        throw new UnsupportedOperationException();
    }

    /** Reads bytes to the host; bytes never written are a fault. */
    public byte[] read(long address, int bytes) {
        throw new UnsupportedOperationException();
    }

    /** Runs all blocks; throws {@link EmulatorFault} at the first fault. */
    public LaunchReport launch(PtxEntryPoint entryPoint, Launch launch, byte[] parameter) {
        throw new UnsupportedOperationException();
    }
}
