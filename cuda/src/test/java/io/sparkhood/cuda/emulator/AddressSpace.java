package io.sparkhood.cuda.emulator;

/** Where generic addresses of other memory than global begin. Global addresses are generic ones as they are. */
final class AddressSpace {
    static final long SHARED_BASE = 1L << 60;
    static final long LOCAL_BASE = 1L << 61;
    static final long PARAM_BASE = 1L << 62;

    private AddressSpace() {}
}
