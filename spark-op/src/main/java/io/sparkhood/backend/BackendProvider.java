package io.sparkhood.backend;

/** What a backend module registers with {@link java.util.ServiceLoader}. Stateless; needs a public no-argument constructor. */
public interface BackendProvider {
    /** One word in lower case, such as {@code cpu}. */
    String name();

    /** {@code auto} prefers the higher rank; negative means that {@code auto} never takes this backend. */
    int rank();

    /** Whether the backend can work on this machine, and why or how. Never throws, never logs, touches no optional class. */
    Probe probe();

    /** Opens it; only called after a probe that said usable. */
    Backend open(BackendOptions options);
}
