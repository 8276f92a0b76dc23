package io.sparkhood.cuda;

/** Extents of a tile in places, each a power of two. */
record Box(int z, int y, int x) {
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
