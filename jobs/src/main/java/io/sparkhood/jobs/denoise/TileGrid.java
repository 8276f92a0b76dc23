package io.sparkhood.jobs.denoise;

import java.io.Serializable;
import java.util.List;

/**
 * A clip cut into tiles of one size, counted row-major over [frames, rows, columns].
 *
 * @param rank axes of the attention: 2 for a picture, 3 for a video
 */
record TileGrid(int rank, AxisTiles frames, AxisTiles rows, AxisTiles columns) implements Serializable {
    /**
     * Cuts a clip into tiles of at most {@code max} positions on an axis, or of two windows where that is more.
     *
     * @param extents [height, width] or [frames, height, width]
     * @param kernelSize one per axis, not larger than the extent
     */
    static TileGrid of(List<Integer> extents, List<Integer> kernelSize, int max) {
        int rank = extents.size();
        AxisTiles frames = rank == 2 ? AxisTiles.of(1, 1, 1) : AxisTiles.of(extents.get(0), kernelSize.get(0), max);
        return new TileGrid(
                rank,
                frames,
                AxisTiles.of(extents.get(rank - 2), kernelSize.get(rank - 2), max),
                AxisTiles.of(extents.get(rank - 1), kernelSize.get(rank - 1), max));
    }

    /** Number of tiles. */
    int count() {
        return Math.multiplyExact(Math.multiplyExact(frames.count(), rows.count()), columns.count());
    }

    /** Extents of every tile, one per axis of the attention. */
    List<Integer> featureMap() {
        return rank == 2
                ? List.of(rows.length(), columns.length())
                : List.of(frames.length(), rows.length(), columns.length());
    }

    /** What a tile reads: its interior and the halo. */
    Box input(int tile) {
        return new Box(
                frames.origin(frame(tile)),
                frames.length(),
                rows.origin(row(tile)),
                rows.length(),
                columns.origin(column(tile)),
                columns.length());
    }

    /** What is kept of a tile's output. */
    Box interior(int tile) {
        int frame = frame(tile);
        int row = row(tile);
        int column = column(tile);
        return new Box(
                frames.from(frame),
                frames.to(frame) - frames.from(frame),
                rows.from(row),
                rows.to(row) - rows.from(row),
                columns.from(column),
                columns.to(column) - columns.from(column));
    }

    private int frame(int tile) {
        return tile / (rows.count() * columns.count());
    }

    private int row(int tile) {
        return tile / columns.count() % rows.count();
    }

    private int column(int tile) {
        return tile % columns.count();
    }
}
