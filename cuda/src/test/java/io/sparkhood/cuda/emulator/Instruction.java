package io.sparkhood.cuda.emulator;

/**
 * An instruction, decoded.
 *
 * @param statement as written
 * @param guard slot of the predicate that switches it, or -1
 * @param guardNegated whether it runs where the predicate is false
 * @param sources slots of the registers that it reads; constants are always there
 * @param destinations slots that it writes
 * @param operation what it does; nothing for branches, ends and barriers
 * @param flow where to go after it
 * @param target index of the instruction that a branch goes to, or the number of a barrier, or -1
 */
record Instruction(
        Statement statement,
        int guard,
        boolean guardNegated,
        int[] sources,
        int[] destinations,
        Operation operation,
        Flow flow,
        int target) {
    /** Whether every lane that comes here ends. */
    boolean endsAll() {
        return flow == Flow.EXIT && guard < 0;
    }
}
