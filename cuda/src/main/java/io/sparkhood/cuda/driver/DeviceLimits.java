package io.sparkhood.cuda.driver;

/**
 * What a kernel's shape depends on, and how fast it may be.
 *
 * @param computeCapability major times 10 plus minor, such as 90
 * @param multiprocessors streaming multiprocessors of the device
 * @param sharedBytesPerBlock dynamic and static shared memory that one block may opt in to
 * @param sharedBytesPerMultiprocessor shared memory of one multiprocessor
 * @param registersPerMultiprocessor 32-bit registers of one multiprocessor
 * @param clockHertz highest clock of the multiprocessors
 * @param memoryBytesPerSecond of the device's memory, by its clock and width; 0 where the driver does not tell
 */
public record DeviceLimits(
        int computeCapability,
        int multiprocessors,
        int sharedBytesPerBlock,
        int sharedBytesPerMultiprocessor,
        int registersPerMultiprocessor,
        long clockHertz,
        long memoryBytesPerSecond) {
    /** 8.0, the first with bfloat16 and asynchronous copies. */
    public static final int LEAST_COMPUTE_CAPABILITY = 80;

    /** A compute capability as people write it, such as 9.0. */
    public static String text(int computeCapability) {
        return computeCapability / 10 + "." + computeCapability % 10;
    }
}
