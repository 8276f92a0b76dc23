package io.sparkhood.cpu;

/**
 * How many places on z and how many patches make a tile, and how many of its keys are packed at once. A pure function of the
 * operator, the vector width and the limits: the tile whose keys fit the limit and for which, over the whole map, the least memory
 * is moved. Several heads are packed together, since they lie side by side in memory, unless that makes the tiles much smaller.
 *
 * <p>Where not even the keys of a pair of patches fit, they are packed chunk by chunk, and the tile is as large as the running
 * sums of its queries allow; it has one place on z then.
 *
 * @param placesZ places on z of the queries of a tile
 * @param patchesY patches of a tile on y; even, so that they make pairs
 * @param patchesX patches of a tile on x
 * @param chunkLines lines of keys packed at once
 * @param chunkColumns keys of each line packed at once
 * @param keyHeads heads of keys packed at once
 */
record TileShape(int placesZ, int patchesY, int patchesX, int chunkLines, int chunkColumns, int keyHeads) {
    /** What moving a packed line costs where the next tile below needs it again, against packing it. */
    private static final double MOVED = 0.35;

    /** Floats of a run of memory that cost as much to begin as to read. */
    private static final double RUN = 64;

    private static final int FEWEST_KEYS = 64;

    /**
     * Chooses.
     *
     * @param keyFloats floats of a packed key and its value
     * @param stateFloats floats of the running sums of a patch, all heads that share a key
     * @param keyHeads heads of keys
     * @param keepsStates whether running sums outlive a chunk in any case, as with additional keys
     * @param limit floats of packed keys and values, and of running sums, that a tile should not exceed
     */
    static TileShape choose(
            TileGeometry geometry, long keyFloats, long stateFloats, int keyHeads, boolean keepsStates, long limit) {
        Choice best = new Choice(geometry, keyFloats, stateFloats, 1, keepsStates, limit);
        for (int heads = 2; heads < 2 * keyHeads; heads *= 2) {
            int most = Math.min(heads, keyHeads);
            Choice several = new Choice(geometry, keyFloats, stateFloats, most, keepsStates, limit);
            if (several.fits && several.cost < best.cost) {
                best = several;
            }
        }
        return best.shape();
    }

    /** The best tile for so many heads. */
    private static final class Choice {
        private final TileGeometry geometry;
        private final int heads;
        private final long keyFloats;
        private final long limit;
        private int placesZ;
        private int patchesY;
        private int patchesX;
        private double cost = Double.POSITIVE_INFINITY;
        private boolean fits;

        Choice(
                TileGeometry geometry,
                long keyFloatsOfHead,
                long stateFloats,
                int heads,
                boolean keepsStates,
                long limit) {
            this.geometry = geometry;
            this.heads = heads;
            this.keyFloats = heads * keyFloatsOfHead;
            this.limit = limit;
            AxisPatches z = geometry.z.patches(0);
            for (int tileZ = 1; tileZ > 0; tileZ = nextSize(z.patches(), tileZ, 1)) {
                considerTiles(tileZ, stateFloats, keepsStates);
            }
        }

        private void considerTiles(int tileZ, long stateFloats, boolean keepsStates) {
            AxisPatches z = geometry.z.patches(0);
            AxisPatches y = geometry.y.patches(0);
            AxisPatches x = geometry.x.patches(0);
            double perKey = 1 + RUN / (keyFloats / 2.0);
            for (int tileY = 2; tileY > 0; tileY = nextSize(y.patches(), tileY, 2)) {
                long packedY = y.endKey(y.patches() - 1) - y.firstKey(0);
                double costY = packedY + MOVED * (y.keysOfTiles(tileY) - packedY);
                for (int tileX = 1; tileX > 0; tileX = nextSize(x.patches(), tileX, 1)) {
                    boolean whole = lines(tileZ, tileY) * columns(tileX) * keyFloats <= limit;
                    boolean sumsFit = (long) tileZ * tileY * tileX * heads * stateFloats <= limit;
                    boolean least = tileZ == 1 && tileY == 2 && tileX == 1;
                    if (!least && !sumsFit && (!whole || keepsStates) || tileZ > 1 && !whole) {
                        break;
                    }
                    double keys = (double) z.keysOfTiles(tileZ)
                            * x.keysOfTiles(tileX)
                            * (whole ? costY : 2 * y.keysOfTiles(tileY));
                    double queries = (double) z.places() * y.places() * x.places();
                    consider(tileZ, tileY, tileX, whole, perKey * (keys + queries));
                }
            }
        }

        private void consider(int tileZ, int tileY, int tileX, boolean whole, double moved) {
            if (moved < cost) {
                cost = moved;
                placesZ = tileZ;
                patchesY = tileY;
                patchesX = tileX;
                fits = whole;
            }
        }

        private long lines(int tileZ, int tileY) {
            return (long) geometry.z.mostKeys(tileZ) * geometry.y.mostKeys(tileY);
        }

        private long columns(int tileX) {
            return geometry.x.mostKeys(tileX);
        }

        TileShape shape() {
            long keys = Math.max(FEWEST_KEYS, limit / keyFloats);
            long chunkColumns = Math.min(columns(patchesX), keys);
            long chunkLines = Math.min(lines(placesZ, patchesY), Math.max(1, keys / chunkColumns));
            return new TileShape(placesZ, patchesY, patchesX, (int) chunkLines, (int) chunkColumns, heads);
        }
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
        return chunkLines == geometry.z.mostKeys(placesZ) * geometry.y.mostKeys(patchesY)
                && chunkColumns == geometry.x.mostKeys(patchesX);
    }

    /** Keys packed at once. */
    long chunkKeys() {
        return (long) chunkLines * chunkColumns;
    }
}
