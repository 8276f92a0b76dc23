package io.sparkhood.jobs.denoise;

/**
 * A box of pixels of a clip.
 *
 * @param frame first frame
 * @param row first row
 * @param column first column
 */
record Box(int frame, int frames, int row, int rows, int column, int columns) {
    /** Pixels in it. */
    int tokens() {
        return Math.multiplyExact(Math.multiplyExact(frames, rows), columns);
    }
}
