package io.sparkhood.cpu;

import io.sparkhood.backend.Probe;
import java.util.function.IntSupplier;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * Which arithmetic this JVM has.
 *
 * @param probe what to say about it
 * @param lanes floats of one vector: 4, 8 or 16, or 0 for plain Java
 */
record VectorSupport(Probe probe, int lanes) {
    /** Forces the bits of a vector: 128, 256 or 512; 64 and 0 mean plain Java. */
    static final String PROPERTY = "sparkhood.vectorBits";

    private static final String MODULE = "jdk.incubator.vector";

    /**
     * Decides.
     *
     * @param module whether the Vector API's module is in the boot layer
     * @param preferredBits the JVM's choice; asked only where the module is
     * @param forced value of {@link #PROPERTY}, if set
     */
    static VectorSupport of(boolean module, IntSupplier preferredBits, @Nullable String forced) {
        if (forced != null && !forced.matches("0|64|128|256|512")) {
            return new VectorSupport(
                    Probe.notUsable(PROPERTY + " must be 0, 64, 128, 256 or 512, but is '" + forced + "'"), 0);
        }
        int asked = forced == null ? 512 : Integer.parseInt(forced);
        if (asked < 128) {
            return plain("plain Java, as " + PROPERTY + "=" + forced + " asks");
        }
        if (!module) {
            return plain("plain Java, no Vector API (add --add-modules=" + MODULE + " to the JVM options for speed)");
        }
        int bits = forced == null ? Math.min(asked, preferredBits.getAsInt()) : asked;
        if (bits < 128) {
            return plain("plain Java, this JVM has no vectors of 128 bits or more");
        }
        int lanes = bits / Float.SIZE;
        return new VectorSupport(Probe.usable(lanes + " float lanes"), lanes);
    }

    private static VectorSupport plain(String detail) {
        return new VectorSupport(Probe.usable(detail), 0);
    }

    /** What this JVM has, found once. */
    static VectorSupport detected() {
        return Detected.SUPPORT;
    }

    /** The arithmetic itself. */
    TileMath math() {
        return lanes == 0 ? new PlainTileMath() : new VectorTileMath();
    }

    private static final class Detected {
        static final VectorSupport SUPPORT = of(
                ModuleLayer.boot().findModule(MODULE).isPresent(), () -> Preferred.BITS, System.getProperty(PROPERTY));
    }

    /** The only touch of a Vector class before it is known to exist; a class of its own, so that it links late. */
    private static final class Preferred {
        static final int BITS = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }
}
