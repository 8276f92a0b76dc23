package io.sparkhood.jobs.denoise;

/** Continues an axis beyond its borders by reflection, the border itself not repeated: ... 2 1 | 0 1 2 3 | 2 1 0 ... */
final class Mirror {
    private Mirror() {}

    /** The position, 0 to extent - 1, that stands at {@code position}. */
    static int inside(int position, int extent) {
        int period = Math.max(1, 2 * (extent - 1));
        int folded = Math.floorMod(position, period);
        return Math.min(folded, period - folded);
    }
}
