package io.sparkhood.backend;

import io.sparkhood.operator.Operator;
import java.util.List;
import java.util.Map;

/** What a backend module registers with {@link java.util.ServiceLoader}. Stateless; needs a public no-argument constructor. */
public interface BackendProvider {
    /** One word in lower case, such as {@code cpu}. */
    String name();

    /** {@code auto} prefers the higher rank; negative means that {@code auto} never takes this backend. */
    int rank();

    /** Whether the backend can work on this machine, and why or how. Never throws, never logs, touches no optional class. */
    Probe probe();

    /**
     * Addresses of the devices that it can use here, as {@link BackendOptions#device()} takes them; empty for a backend
     * without devices, or whose probe says not usable. Never throws.
     */
    default List<String> devices() {
        return List.of();
    }

    /**
     * What {@link Backend#candidates} would say on devices that are known by their data sheets, by the device's name in lower
     * case; empty where the backend predicts nothing, or refuses. Touches no device and no optional class.
     */
    default Map<String, List<Candidate>> forecast(Operator operator, long batch) {
        return Map.of();
    }

    /**
     * Opens it; only called after a probe that said usable.
     *
     * @throws IllegalArgumentException if it has devices and none with the address asked for
     */
    Backend open(BackendOptions options);
}
