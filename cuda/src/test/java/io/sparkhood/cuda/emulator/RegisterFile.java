package io.sparkhood.cuda.emulator;

import java.util.Arrays;

/**
 * The registers of one warp, by slot. Values of 16 bits stand in the lower half of a word, the upper half 0; a float stands as
 * its bits.
 */
final class RegisterFile {
    /** Threads of a warp. */
    static final int LANES = 32;

    final int[][] words; // [slot][lane], empty for other kinds
    final long[][] longs; // [slot][lane], empty for other kinds
    final int[] predicates; // [slot], one bit for each lane
    final int[] defined; // [slot], one bit for each lane that was written
    private final boolean[] constant; // [slot]

    /** Registers of so many bits, by slot. */
    RegisterFile(int[] bits) {
        words = new int[bits.length][];
        longs = new long[bits.length][];
        predicates = new int[bits.length];
        defined = new int[bits.length];
        constant = new boolean[bits.length];
        for (int slot = 0; slot < bits.length; slot++) {
            words[slot] = new int[bits[slot] == 16 || bits[slot] == 32 ? LANES : 0];
            longs[slot] = new long[bits[slot] == 64 ? LANES : 0];
        }
    }

    void constant(int slot, int value) {
        Arrays.fill(words[slot], value);
        constant[slot] = true;
    }

    void longConstant(int slot, long value) {
        Arrays.fill(longs[slot], value);
        constant[slot] = true;
    }

    /** Forgets everything but the constants. */
    void clear() {
        for (int slot = 0; slot < defined.length; slot++) {
            defined[slot] = constant[slot] ? -1 : 0;
        }
    }
}
