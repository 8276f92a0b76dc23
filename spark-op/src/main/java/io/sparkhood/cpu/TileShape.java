package io.sparkhood.cpu;

/**
 * How many patches make a tile, and how many of its keys are packed at once. A pure function of the operator, the vector width
 * and the limits: the tile whose keys fit the limit and for which, over the whole map, the fewest keys are packed.
 *
 * <p>Where not even the keys of a pair of patches fit, they are packed chunk by chunk, and the tile is as large as the running
 * sums of its queries allow.
 *
 * @param patchesY patches of a tile on y; even, so that they make pairs
 * @param patchesX patches of a tile on x
 * @param chunkLines lines of keys packed at once
 * @param chunkColumns keys of each line packed at once
 */
record TileShape(int patchesY, int patchesX, int chunkLines, int chunkColumns) {
    private static final int FEWEST_KEYS = 64;

    /**
     * Chooses.
     *
     * @param keyFloats floats of a packed key and its value
     * @param stateFloats floats of the running sums of a patch, all heads that share a key
     * @param keepsStates whether running sums outlive a chunk in any case, as with additional keys
     * @param limit floats of packed keys and values, and of running sums, that a tile should not exceed
     */
    static TileShape choose(TileGeometry geometry, long keyFloats, long stateFloats, boolean keepsStates, long limit) {
        AxisPatches y = geometry.y.patches(0);
        AxisPatches x = geometry.x.patches(0);
        int bestY = 0;
        int bestX = 0;
        double best = Double.POSITIVE_INFINITY;
        for (int patchesY = 2; patchesY > 0; patchesY = nextSize(y.patches(), patchesY, 2)) {
            long keysY = y.keysOfTiles(patchesY);
            long mostY = (long) geometry.z.mostKeys(1) * geometry.y.mostKeys(patchesY);
            for (int patchesX = 1; patchesX > 0; patchesX = nextSize(x.patches(), patchesX, 1)) {
                boolean fits = mostY * geometry.x.mostKeys(patchesX) * keyFloats <= limit;
                boolean least = patchesY == 2 && patchesX == 1;
                if (!least && (!fits || keepsStates) && (long) patchesY * patchesX * stateFloats > limit) {
                    break;
                }
                // a tile whose keys are packed in chunks must save much to be worth the traffic of its sums
                double cost = (double) keysY * x.keysOfTiles(patchesX) * (fits ? 1 : 2);
                if (cost < best) {
                    best = cost;
                    bestY = patchesY;
                    bestX = patchesX;
                }
            }
        }
        long lines = (long) geometry.z.mostKeys(1) * geometry.y.mostKeys(bestY);
        long columns = geometry.x.mostKeys(bestX);
        long keys = Math.max(FEWEST_KEYS, limit / keyFloats);
        long chunkColumns = Math.min(columns, keys);
        long chunkLines = Math.min(lines, Math.max(1, keys / chunkColumns));
        return new TileShape(bestY, bestX, (int) chunkLines, (int) chunkColumns);
    }

    /** The next larger size that cuts an axis into fewer tiles, a multiple of {@code unit}; 0 after the last. */
    private static int nextSize(int patches, int size, int unit) {
        int tiles = (patches - 1) / size + 1;
        if (tiles == 1) {
            return 0;
        }
        int next = (patches - 1) / (tiles - 1) + 1;
        return (next + unit - 1) / unit * unit;
    }

    /** Whether all keys of every tile are packed at once. */
    boolean onePass(TileGeometry geometry) {
        return chunkLines == geometry.z.mostKeys(1) * geometry.y.mostKeys(patchesY)
                && chunkColumns == geometry.x.mostKeys(patchesX);
    }

    /** Keys packed at once. */
    long chunkKeys() {
        return (long) chunkLines * chunkColumns;
    }
}
