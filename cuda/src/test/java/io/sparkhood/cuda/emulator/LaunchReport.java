package io.sparkhood.cuda.emulator;

/**
 * The work of one launch, or of several in sum.
 *
 * @param warpInstructions instructions that a warp executed, those with no active lane included
 * @param mma matrix instructions of a warp
 * @param sharedRequests 128-byte portions that loads, stores and ldmatrix on shared memory would take without bank conflicts
 * @param sharedWavefronts portions that they took; equal to the requests if and only if there were no conflicts
 * @param globalRequests global loads, stores and asynchronous copies of a warp with an active lane
 * @param globalSectors distinct 32-byte sectors that they touched, request by request
 * @param asyncCopyRequests 128-byte portions that asynchronous copies would take to write shared memory without bank conflicts
 * @param asyncCopyWavefronts portions that they took
 * @param laneInstructions instructions times the lanes that executed them
 */
public record LaunchReport(
        long warpInstructions,
        long mma,
        long sharedRequests,
        long sharedWavefronts,
        long globalRequests,
        long globalSectors,
        long asyncCopyRequests,
        long asyncCopyWavefronts,
        long laneInstructions) {
    /** No work. */
    public static final LaunchReport NONE = new LaunchReport(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** The work of both. */
    public LaunchReport plus(LaunchReport other) {
        return new LaunchReport(
                warpInstructions + other.warpInstructions,
                mma + other.mma,
                sharedRequests + other.sharedRequests,
                sharedWavefronts + other.sharedWavefronts,
                globalRequests + other.globalRequests,
                globalSectors + other.globalSectors,
                asyncCopyRequests + other.asyncCopyRequests,
                asyncCopyWavefronts + other.asyncCopyWavefronts,
                laneInstructions + other.laneInstructions);
    }
}
