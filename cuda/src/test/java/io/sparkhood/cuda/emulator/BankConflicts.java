package io.sparkhood.cuda.emulator;

import java.util.Arrays;

/**
 * Counts how often the 32 banks of shared memory must be asked: lanes are served 128 bytes at a time, in one go if no bank
 * must give two different words.
 */
final class BankConflicts {
    private static final int BANKS = 32;

    private final int[] words = new int[BANKS]; // of the portion at hand
    private final int[] first = new int[BANKS]; // [bank] a word of the portion at hand
    private final int[] depth = new int[BANKS]; // [bank] different words
    private int count;
    private int requests;
    private int wavefronts;

    /** Takes an access of the lanes of a mask, each to so many bytes. */
    void take(long[] addresses, int mask, int bytes) {
        requests = 0;
        wavefronts = 0;
        int wordsPerLane = Math.max(1, bytes / 4);
        int lanesPerPortion = BANKS / wordsPerLane;
        for (int from = 0; from < RegisterFile.LANES; from += lanesPerPortion) {
            count = 0;
            for (int lane = from; lane < from + lanesPerPortion; lane++) {
                if ((mask >>> lane & 1) != 0) {
                    add((int) addresses[lane] >>> 2, wordsPerLane);
                }
            }
            if (count > 0) {
                requests++;
                wavefronts += portion();
            }
        }
    }

    private void add(int word, int wordsPerLane) {
        for (int i = 0; i < wordsPerLane; i++) {
            words[count++] = word + i;
        }
    }

    private int portion() {
        Arrays.fill(first, -1);
        for (int i = 0; i < count; i++) {
            int bank = words[i] % BANKS;
            if (first[bank] != -1 && first[bank] != words[i]) {
                return deepest();
            }
            first[bank] = words[i];
        }
        return 1;
    }

    private int deepest() {
        Arrays.fill(depth, 0);
        Arrays.sort(words, 0, count);
        int deepest = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || words[i] != words[i - 1]) {
                deepest = Math.max(deepest, ++depth[words[i] % BANKS]);
            }
        }
        return deepest;
    }

    /** Portions that the last access would take without conflicts. */
    int requests() {
        return requests;
    }

    /** Portions that it took. */
    int wavefronts() {
        return wavefronts;
    }
}
