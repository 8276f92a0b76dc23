package io.sparkhood.cuda;

import java.util.ArrayList;
import java.util.List;

/** Extents of a tile in places, each a power of two. */
record Box(int z, int y, int x) {
    /** All boxes of a volume that are at least so wide, the widest first; both numbers are powers of two. */
    static List<Box> all(int volume, int leastX) {
        List<Box> boxes = new ArrayList<>();
        for (int x = volume; x >= leastX; x /= 2) {
            for (int y = volume / x; y >= 1; y /= 2) {
                boxes.add(new Box(volume / x / y, y, x));
            }
        }
        return boxes;
    }

    /** Places of the box. */
    int volume() {
        return z * y * x;
    }

    /** The first {@code count} places in row-major order, which are a box too; count is a power of two. */
    Box first(int count) {
        int alongX = Math.min(x, count);
        int alongY = Math.min(y, count / alongX);
        return new Box(count / alongX / alongY, alongY, alongX);
    }

    int log2Y() {
        return Integer.numberOfTrailingZeros(y);
    }

    int log2X() {
        return Integer.numberOfTrailingZeros(x);
    }

    @Override
    public String toString() {
        return z + "x" + y + "x" + x;
    }
}
