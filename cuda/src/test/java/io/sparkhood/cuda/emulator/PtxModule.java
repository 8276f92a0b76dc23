package io.sparkhood.cuda.emulator;

import java.util.List;

/** A PTX text, parsed and ready to run. Immutable. */
public final class PtxModule {
    /** Parses; throws {@link EmulatorFault} of kind UNSUPPORTED with the line of what it does not know. */
    public static PtxModule parse(String ptx) {
        throw new UnsupportedOperationException(ptx);
    }

    /** Names of the entry points, in the order of the text. */
    public List<String> names() {
        throw new UnsupportedOperationException();
    }

    /** The entry point of this name; throws {@link IllegalArgumentException} if there is none. */
    public PtxEntryPoint entryPoint(String name) {
        throw new UnsupportedOperationException(name);
    }
}
