package io.sparkhood.cuda.emulator;

/** Decisions that a device may take either way, drawn from a seed: the same for each run of a block. */
final class Schedule {
    private final long seed;
    private long state;

    Schedule(long seed) {
        this.seed = seed;
    }

    void beginBlock(long block) {
        state = seed * 0x9E3779B97F4A7C15L + block * 0xBF58476D1CE4E5B9L | 1;
        next();
    }

    private long next() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return state;
    }

    boolean flip() {
        return next() < 0;
    }

    /** Puts numbers into another order. */
    void shuffle(int[] order) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = (int) Long.remainderUnsigned(next() >>> 1, i + 1L);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
    }
}
