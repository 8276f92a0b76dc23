package io.sparkhood.backend;

/**
 * What a backend is opened with, as plain values: a backend never asks Spark.
 *
 * @param device ordinal of the device; the CPU is always 0
 * @param memoryBudgetBytes device memory it may take, 0 for the backend's own default
 */
public record BackendOptions(int device, long memoryBudgetBytes) {
    /** Device 0, memory as the backend sees fit. */
    public static final BackendOptions DEFAULT = new BackendOptions(0, 0);

    public BackendOptions {
        if (device < 0) {
            throw new IllegalArgumentException("device must not be negative, but is " + device);
        }
        if (memoryBudgetBytes < 0) {
            throw new IllegalArgumentException("memoryBudgetBytes must not be negative, but is " + memoryBudgetBytes);
        }
    }
}
