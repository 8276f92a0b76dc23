package io.sparkhood.cuda.emulator;

import org.jspecify.annotations.Nullable;

/** What a program did that a device does not forgive, or that this emulator does not know, and where. */
public final class EmulatorFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final @Nullable Place place;

    /** A fault of the launch or of the text as a whole. */
    EmulatorFault(Kind kind, String text) {
        super(kind + ": " + text);
        this.kind = kind;
        this.place = null;
    }

    /** A fault at a place. */
    EmulatorFault(Kind kind, String text, Place place) {
        super(kind + ": " + text + " [" + place + "]");
        this.kind = kind;
        this.place = place;
    }

    /** What went wrong. */
    public enum Kind {
        /** The text is not PTX that this emulator knows. */
        UNSUPPORTED,
        /** The launch does not fit the entry point or the device. */
        LAUNCH,
        /** An address outside of every allocation, of shared or local memory or of the parameter. */
        OUT_OF_BOUNDS,
        /** An address that is not a multiple of the access's size. */
        MISALIGNED,
        /** A register read before it was written. */
        UNINITIALISED_REGISTER,
        /** Memory read before it was written. */
        UNINITIALISED_MEMORY,
        /** An access to an allocation that was freed. */
        FREED_MEMORY,
        /** Two accesses, one of them a write, that nothing orders. */
        RACE,
        /** Shared memory used while an asynchronous copy may still write it, or a copy that nobody waited for. */
        ASYNC_COPY,
        /** A barrier, a matrix instruction or a shuffle that only a part of the warp's lanes met. */
        DIVERGENCE,
        /** Warps waiting at different barriers. */
        DEADLOCK,
        /** More instructions than allowed. */
        ENDLESS,
        /** An integer division by zero. */
        DIVISION_BY_ZERO,
        /** A factor of a matrix instruction has bits that its type has not. */
        LOOSE_BITS
    }

    /**
     * Where: a number that is not known is -1.
     *
     * @param line of the PTX text, counted from 1
     * @param instruction the text of it
     * @param block its linear number, x fastest
     * @param warp of the block
     * @param lane of the warp
     */
    public record Place(int line, String instruction, long block, int warp, int lane) {
        @Override
        public String toString() {
            return (block < 0 ? "" : "block " + block + ", ")
                    + (warp < 0 ? "" : "warp " + warp + ", ")
                    + (lane < 0 ? "" : "lane " + lane + ", ")
                    + "line " + line
                    + ": " + instruction;
        }
    }

    /** What went wrong. */
    public Kind kind() {
        return kind;
    }

    /** Where, or null for a fault of the launch or of the text as a whole. */
    public @Nullable Place place() {
        return place;
    }
}
