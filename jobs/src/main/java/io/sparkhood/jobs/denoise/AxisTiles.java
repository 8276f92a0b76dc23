package io.sparkhood.jobs.denoise;

import java.io.Serializable;

/**
 * One axis cut into overlapping intervals of one length, such that every position lies in the interior of exactly one of
 * them and sees there the window that it sees on the uncut axis. Between two intervals the halo is kernelSize/2 on either
 * side; borders of the axis have none, so that windows shift there as they do uncut.
 *
 * <pre>
 * origin(t)   from(t)                to(t)   origin(t) + length
 *    |---halo---|-------interior-------|---halo---|
 *                              origin(t+1)  from(t+1)
 *                                   |---halo---|-------interior ...
 * </pre>
 *
 * @param extent positions of the axis
 * @param kernelSize keys of a window, at most extent
 * @param length positions of every interval, halo included
 * @param count number of intervals
 */
record AxisTiles(int extent, int kernelSize, int length, int count) implements Serializable {
    /**
     * The fewest intervals that are not longer than {@code maxLength}, or than two windows where that is more.
     *
     * @param kernelSize at most extent
     */
    static AxisTiles of(int extent, int kernelSize, int maxLength) {
        long overlap = kernelSize - 1L;
        long longest = Math.max(maxLength, 2L * kernelSize);
        int count = (int) Math.max(1, ceilDiv(extent - overlap, longest - overlap));
        int length = (int) ceilDiv(extent + (count - 1) * overlap, count);
        return new AxisTiles(extent, kernelSize, length, count);
    }

    private static long ceilDiv(long dividend, long divisor) {
        return Math.floorDiv(dividend + divisor - 1, divisor);
    }

    /** First position of an interval. Two neighbours are at most length - kernelSize + 1 apart. */
    int origin(int tile) {
        return count == 1 ? 0 : (int) ((long) tile * (extent - length) / (count - 1));
    }

    /** First position of its interior. */
    int from(int tile) {
        return tile == 0 ? 0 : origin(tile) + kernelSize / 2;
    }

    /** One past the last position of its interior. */
    int to(int tile) {
        return tile == count - 1 ? extent : from(tile + 1);
    }
}
