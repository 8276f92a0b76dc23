package io.sparkhood.backend;

/**
 * Whether a backend can work here, with its reason.
 *
 * @param usable whether it can
 * @param detail what it would use, such as {@code 16 float lanes}, or what is missing and the cure
 */
public record Probe(boolean usable, String detail) {
    /** It can, with this. */
    public static Probe usable(String detail) {
        return new Probe(true, detail);
    }

    /** It cannot, because of this. */
    public static Probe notUsable(String reason) {
        return new Probe(false, reason);
    }

    /** {@code usable: 16 float lanes} or {@code not usable: no CUDA driver}. */
    @Override
    public String toString() {
        return (usable ? "usable: " : "not usable: ") + detail;
    }
}
