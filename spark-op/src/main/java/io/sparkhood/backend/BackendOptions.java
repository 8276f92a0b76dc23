package io.sparkhood.backend;

/**
 * What a backend is opened with, as plain values: a backend never asks Spark.
 *
 * @param device ordinal of the device; the CPU is always 0
 * @param memoryBudgetBytes device memory it may take, 0 for the backend's own default; backends in the Java heap ignore it
 * @param scratchBytes memory that a plan may hold for each thread beside the tensors, 0 for the backend's own default; backends
 *     whose threads hold none ignore it
 */
public record BackendOptions(int device, long memoryBudgetBytes, long scratchBytes) {
    /** Device 0, memory as the backend sees fit. */
    public static final BackendOptions DEFAULT = new BackendOptions(0, 0, 0);

    public BackendOptions {
        if (device < 0) {
            throw new IllegalArgumentException("device must not be negative, but is " + device);
        }
        if (memoryBudgetBytes < 0) {
            throw new IllegalArgumentException("memoryBudgetBytes must not be negative, but is " + memoryBudgetBytes);
        }
        if (scratchBytes < 0) {
            throw new IllegalArgumentException("scratchBytes must not be negative, but is " + scratchBytes);
        }
    }

    /** These, with as much device memory. */
    public BackendOptions withMemoryBudgetBytes(long bytes) {
        return new BackendOptions(device, bytes, scratchBytes);
    }

    /** These, with as much scratch memory for each thread. */
    public BackendOptions withScratchBytes(long bytes) {
        return new BackendOptions(device, memoryBudgetBytes, bytes);
    }
}
