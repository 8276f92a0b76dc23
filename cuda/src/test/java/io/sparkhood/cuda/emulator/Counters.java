package io.sparkhood.cuda.emulator;

/** The work of the blocks that one thread runs, counted up. Meanings as in {@link LaunchReport}. */
final class Counters {
    long warpInstructions;
    long laneInstructions;
    long mma;
    long sharedRequests;
    long sharedWavefronts;
    long globalRequests;
    long globalSectors;
    long asyncCopyRequests;
    long asyncCopyWavefronts;

    LaunchReport report() {
        return new LaunchReport(
                warpInstructions,
                mma,
                sharedRequests,
                sharedWavefronts,
                globalRequests,
                globalSectors,
                asyncCopyRequests,
                asyncCopyWavefronts,
                laneInstructions);
    }
}
