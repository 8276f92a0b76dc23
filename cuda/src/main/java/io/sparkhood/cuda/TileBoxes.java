package io.sparkhood.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The boxes that query tiles and key tiles are: of all boxes of the compiled size, those for which the fewest pairs are
 * computed and copied. Axes are independent: pairs are a product of what is met on each.
 *
 * @param query box of a query tile
 * @param key box of a key tile; its innermost extent is a multiple of 8
 * @param visitedPairs pairs of a query and a key in the tiles that warps compute, all heads alike
 */
record TileBoxes(Box query, Box key, long visitedPairs) {
    /** Chooses. */
    static TileBoxes choose(List<GridAxis> axes, EntryPointShape shape) {
        return new Choice(axes, shape).best();
    }

    private static final class Choice {
        private final List<GridAxis> axes;
        private final EntryPointShape shape;
        private final Map<List<Integer>, Long> known = new HashMap<>();

        Choice(List<GridAxis> axes, EntryPointShape shape) {
            this.axes = axes;
            this.shape = shape;
        }

        TileBoxes best() {
            TileBoxes best = null;
            long least = Long.MAX_VALUE;
            for (Box query : boxes(shape.queries(), 1)) {
                if (overhangs(query)) {
                    continue;
                }
                for (Box key : boxes(shape.keys(), 8)) {
                    long computed = pairs(query, query.first(shape.warpQueries()), key);
                    // a warp that skips a tile has still waited for it to be copied
                    long cost = computed + pairs(query, query, key);
                    if (cost < least) {
                        least = cost;
                        best = new TileBoxes(query, key, computed);
                    }
                }
            }
            if (best == null) {
                throw new IllegalStateException("no box for " + shape);
            }
            return best;
        }

        /** Whether an axis has room for another box in what hangs over, so that a smaller extent is never worse. */
        private boolean overhangs(Box box) {
            return axes.get(0).longestGroup() <= box.z() / 2 || axes.get(1).longestGroup() <= box.y() / 2;
        }

        private long pairs(Box tile, Box part, Box key) {
            long tiles = visits(0, tile.z(), part.z(), key.z());
            tiles = Math.multiplyExact(tiles, visits(1, tile.y(), part.y(), key.y()));
            tiles = Math.multiplyExact(tiles, visits(2, tile.x(), part.x(), key.x()));
            return Math.multiplyExact(tiles, (long) part.volume() * key.volume());
        }

        private long visits(int axis, int tile, int part, int keys) {
            return known.computeIfAbsent(
                    List.of(axis, tile, part, keys), key -> axes.get(axis).visits(tile, part, keys));
        }

        /** All boxes of a volume, both powers of two; the widest first. */
        private static List<Box> boxes(int volume, int leastX) {
            List<Box> boxes = new ArrayList<>();
            for (int x = volume; x >= leastX; x /= 2) {
                for (int y = volume / x; y >= 1; y /= 2) {
                    boxes.add(new Box(volume / x / y, y, x));
                }
            }
            return boxes;
        }
    }
}
