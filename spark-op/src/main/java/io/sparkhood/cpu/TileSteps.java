package io.sparkhood.cpu;

/**
 * What a pass does with a query head of a pair of patches. Heads are counted from the part's first; {@code state} is the number
 * of the first of the head's running sums.
 */
interface TileSteps {
    /** Starts a head: nothing seen yet. */
    void open(int head, int state);

    /** Brings the keys of the strip that the workbench is at to the head; additional keys are lines of one key. */
    void strip(int head, int state, boolean additional);

    /** Ends a head. */
    void close(int head, int state);
}
