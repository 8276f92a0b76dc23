package io.sparkhood.cuda.emulator;

/**
 * The time of the blocks that one thread runs: it goes on at every barrier. Two accesses of different threads are ordered if a
 * barrier of the block, or of their common warp, came between.
 */
final class BlockClock {
    private long now = 1;
    private long begin = 1;
    private long barrier = 1;

    /** The time. */
    long now() {
        return now;
    }

    /** When the block began. */
    long begin() {
        return begin;
    }

    /** When the block's last barrier was; accesses from then on are not ordered by it. */
    long barrier() {
        return barrier;
    }

    void beginBlock() {
        now++;
        begin = now;
        barrier = now;
    }

    void passBarrier() {
        now++;
        barrier = now;
    }

    /** A barrier of one warp: the time from which its accesses are not ordered by it. */
    long passWarpBarrier() {
        return ++now;
    }
}
