package io.sparkhood.cuda.emulator;

/**
 * How an emulator runs launches.
 *
 * @param threads threads that run blocks, each one block at a time
 * @param seed draws the order of warps and of the sides of branches
 * @param warpInstructionLimit warp instructions of one block after which it counts as endless
 */
public record EmulatorOptions(int threads, long seed, long warpInstructionLimit) {
    /** One thread, seed 1, and a limit that no test here reaches. */
    public static final EmulatorOptions DEFAULT = new EmulatorOptions(1, 1, 1L << 28);

    /** These, with blocks in parallel. */
    public EmulatorOptions withThreads(int newThreads) {
        return new EmulatorOptions(newThreads, seed, warpInstructionLimit);
    }

    /** These, with another schedule. */
    public EmulatorOptions withSeed(long newSeed) {
        return new EmulatorOptions(threads, newSeed, warpInstructionLimit);
    }

    /** These, with another limit. */
    public EmulatorOptions withWarpInstructionLimit(long newLimit) {
        return new EmulatorOptions(threads, seed, newLimit);
    }
}
