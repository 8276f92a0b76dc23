package io.sparkhood.cuda.emulator;

/** An entry point, decoded. Immutable. */
public final class PtxEntryPoint {
    /** Its name. */
    public String name() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of its parameters. */
    public int parameterBytes() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of shared memory that it declares itself. */
    public int staticSharedBytes() {
        throw new UnsupportedOperationException();
    }

    /** The most threads of a block that it allows. */
    public int maxThreads() {
        throw new UnsupportedOperationException();
    }
}
