package io.sparkhood.backend;

/**
 * What a backend is opened with, as plain values: a backend never asks Spark.
 *
 * @param device address of the device as Spark's resources give it: an index in the order of PCI bus ids, as nvidia-smi counts, a
 *     UUID such as {@code GPU-...} or {@code MIG-...}, or a PCI bus id; empty for the first device; the CPU ignores it
 * @param memoryBudgetBytes device memory it may take, 0 for the backend's own default; backends in the Java heap ignore it
 * @param scratchBytes memory that a plan may hold for each thread beside the tensors, 0 for the backend's own default; backends
 *     whose threads hold none ignore it
 * @param turns how tasks share the device; the CPU ignores it
 * @param implementation how attention is computed; a backend that has no such way refuses every operator
 */
public record BackendOptions(
        String device, long memoryBudgetBytes, long scratchBytes, TaskTurns turns, Implementation implementation) {
    /** The first device, memory and implementation as the backend sees fit. */
    public static final BackendOptions DEFAULT = new BackendOptions("", 0, 0, TaskTurns.DEFAULT, Implementation.AUTO);

    public BackendOptions {
        if (memoryBudgetBytes < 0) {
            throw new IllegalArgumentException("memoryBudgetBytes must not be negative, but is " + memoryBudgetBytes);
        }
        if (scratchBytes < 0) {
            throw new IllegalArgumentException("scratchBytes must not be negative, but is " + scratchBytes);
        }
    }

    /** These, on another device. */
    public BackendOptions withDevice(String address) {
        return new BackendOptions(address, memoryBudgetBytes, scratchBytes, turns, implementation);
    }

    /** These, with as much device memory. */
    public BackendOptions withMemoryBudgetBytes(long bytes) {
        return new BackendOptions(device, bytes, scratchBytes, turns, implementation);
    }

    /** These, with as much scratch memory for each thread. */
    public BackendOptions withScratchBytes(long bytes) {
        return new BackendOptions(device, memoryBudgetBytes, bytes, turns, implementation);
    }

    /** These, with other turns. */
    public BackendOptions withTurns(TaskTurns turns) {
        return new BackendOptions(device, memoryBudgetBytes, scratchBytes, turns, implementation);
    }

    /** These, with another implementation. */
    public BackendOptions withImplementation(Implementation implementation) {
        return new BackendOptions(device, memoryBudgetBytes, scratchBytes, turns, implementation);
    }
}
