package io.sparkhood.cuda.emulator;

/** What an instruction does to a warp. */
@FunctionalInterface
interface Operation {
    /** Executes on the lanes of the mask, at least one. Registers read are known to be written. */
    void execute(Warp warp, int mask);
}
