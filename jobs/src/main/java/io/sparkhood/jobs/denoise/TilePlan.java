package io.sparkhood.jobs.denoise;

import java.util.List;

/**
 * How a clip is cut and how many of its tiles are under way at once, such that the tasks of an executor fit its heap side by
 * side. Where heap is short, tiles become smaller first, which costs halo, and then tasks fewer, which costs cores.
 *
 * @param grid the tiles
 * @param tasks tasks to run at once, on all executors
 * @param batchBytes inputs and outputs of the tiles that one task computes together
 */
record TilePlan(TileGrid grid, int tasks, long batchBytes) {
    /**
     * A tile exists several times on its way (made, as Spark's row, which grows by doubling, as the stage's, in the tensors,
     * and the next one ahead), and half of the heap is for Spark and the clip.
     */
    private static final long SHARE = 16;

    /** Enough for one batch per task of the pictures people usually have; more saves nothing. */
    private static final long MOST = 64L << 20;

    /** Positions of a tile on an axis, halo included, by axes of the attention: the longest, and the shortest wanted. */
    private static final int LONGEST_OF_PICTURE = 160;

    private static final int SHORTEST_OF_PICTURE = 96;
    private static final int LONGEST_OF_VIDEO = 64;
    private static final int SHORTEST_OF_VIDEO = 32;
    private static final int STEP = 16;

    /**
     * Plans a clip.
     *
     * @param extents [height, width] or [frames, height, width]
     * @param kernelSize one per axis, not larger than the extent
     * @param tokenBytes bytes of one pixel's inputs and outputs
     * @param executors where the tiles are computed
     */
    static TilePlan of(List<Integer> extents, List<Integer> kernelSize, long tokenBytes, Executors executors) {
        boolean video = extents.size() == 3;
        int shortest = video ? SHORTEST_OF_VIDEO : SHORTEST_OF_PICTURE;
        int longest = video ? LONGEST_OF_VIDEO : LONGEST_OF_PICTURE;
        TileGrid grid = TileGrid.of(extents, kernelSize, longest);
        for (int max = longest - STEP;
                max >= shortest && fitting(grid, tokenBytes, executors) < executors.cores();
                max -= STEP) {
            grid = TileGrid.of(extents, kernelSize, max);
        }
        long fitting = Math.max(1, Math.min(executors.cores(), fitting(grid, tokenBytes, executors)));
        long tasks = Math.max(1, executors.parallelism() * fitting / executors.cores());
        return new TilePlan(
                grid, (int) Math.min(grid.count(), tasks), Math.min(MOST, executors.heapBytes() / fitting / SHARE));
    }

    /** Tiles that may be under way in one heap. */
    private static long fitting(TileGrid grid, long tokenBytes, Executors executors) {
        return executors.heapBytes() / SHARE / (grid.input(0).tokens() * tokenBytes);
    }
}
