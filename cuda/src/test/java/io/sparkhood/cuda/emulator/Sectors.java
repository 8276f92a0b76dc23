package io.sparkhood.cuda.emulator;

/** Counts the 32-byte sectors of global memory that one request touches. */
final class Sectors {
    private static final int SIZE = 256; // at most 32 lanes with two sectors each

    private final long[] sectors = new long[SIZE]; // open addressing
    private final int[] stamps = new int[SIZE];
    private int stamp;
    private int count;

    void begin() {
        stamp++;
        count = 0;
    }

    void add(long address, int bytes) {
        for (long sector = address >> 5; sector <= address + bytes - 1 >> 5; sector++) {
            int at = (int) (sector * 0x9E3779B97F4A7C15L >>> 56);
            while (stamps[at] == stamp && sectors[at] != sector) {
                at = (at + 1) % SIZE;
            }
            if (stamps[at] != stamp) {
                stamps[at] = stamp;
                sectors[at] = sector;
                count++;
            }
        }
    }

    int count() {
        return count;
    }
}
