package io.sparkhood.cuda.emulator;

/** Where a warp goes after an instruction. */
enum Flow {
    /** To the next one. */
    NEXT,
    /** Lanes of the mask to the target. */
    BRANCH,
    /** Lanes of the mask end. */
    EXIT,
    /** To the next one, when all warps are there. */
    BARRIER
}
