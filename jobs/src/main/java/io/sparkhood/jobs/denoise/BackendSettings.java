package io.sparkhood.jobs.denoise;

import io.sparkhood.ml.NeighborhoodAttention;
import java.util.OptionalLong;

/**
 * Where the attention is computed, and with what.
 *
 * @param name {@code auto} or a backend's
 * @param threads of one task's arithmetic on the CPU
 * @param scratchBytes memory of each thread beside the tensors; empty: the stage's default
 * @param deviceMemoryBytes memory of a GPU; empty: the stage's default
 */
public record BackendSettings(String name, int threads, OptionalLong scratchBytes, OptionalLong deviceMemoryBytes) {
    /** What the job takes when it is told nothing. */
    public static final BackendSettings DEFAULT =
            new BackendSettings("auto", 1, OptionalLong.empty(), OptionalLong.empty());

    public BackendSettings {
        requirePositive("--backend-threads", threads);
        scratchBytes.ifPresent(bytes -> requirePositive("--scratch-bytes", bytes));
        deviceMemoryBytes.ifPresent(bytes -> requirePositive("--device-memory-bytes", bytes));
    }

    private static void requirePositive(String option, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " must be at least 1, but is " + value);
        }
    }

    void set(NeighborhoodAttention stage) {
        stage.setBackend(name).setBackendThreads(threads);
        scratchBytes.ifPresent(stage::setScratchBytes);
        deviceMemoryBytes.ifPresent(stage::setDeviceMemoryBytes);
    }
}
