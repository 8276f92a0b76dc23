package io.sparkhood.cuda;

import java.util.List;

/**
 * The boxes that query tiles and key tiles of the implicit matrix products are: those for which the fewest pairs are computed.
 *
 * @param query box of a query tile
 * @param key box of a key tile; its innermost extent is a multiple of 8
 * @param visitedPairs pairs of a query and a key in the tiles that meet, all heads alike, additional keys aside
 */
record GemmBoxes(Box query, Box key, long visitedPairs) {
    /** Queries and keys of a tile; the same number is in {@code gemm_tile.cuh}. */
    static final int TILE = 64;

    private static final int LINE = 8;

    /** No tiles: every query by itself. */
    static GemmBoxes none(long visitedPairs) {
        Box one = new Box(1, 1, 1);
        return new GemmBoxes(one, one, visitedPairs);
    }

    /** Chooses. */
    static GemmBoxes choose(List<GridAxis> axes) {
        GemmBoxes best = null;
        for (Box query : Box.all(TILE, 1)) {
            for (Box key : Box.all(TILE, LINE)) {
                long pairs = pairs(axes, query, key);
                if (best == null || pairs < best.visitedPairs) {
                    best = new GemmBoxes(query, key, pairs);
                }
            }
        }
        if (best == null) {
            throw new IllegalStateException("no box");
        }
        return best;
    }

    /** Pairs in tiles of additional keys, which every query tile meets. */
    long additionalPairs(List<GridAxis> axes, int additionalTokens) {
        long queryTiles = GridAxis.liveTiles(axes, query);
        long keys = GridAxis.ceilDivide(additionalTokens, TILE) * TILE;
        return Math.multiplyExact(queryTiles * TILE, keys);
    }

    private static long pairs(List<GridAxis> axes, Box query, Box key) {
        long tiles = axes.get(0).visits(query.z(), query.z(), key.z());
        tiles = Math.multiplyExact(tiles, axes.get(1).visits(query.y(), query.y(), key.y()));
        tiles = Math.multiplyExact(tiles, axes.get(2).visits(query.x(), query.x(), key.x()));
        return Math.multiplyExact(tiles, (long) TILE * TILE);
    }
}
