package io.sparkhood.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The boxes that query tiles and key tiles are, and what they make of an operator. Axes are independent: pairs are a product
 * of what is met on each. All counts are those of one head and row.
 *
 * @param query box of a query tile
 * @param key box of a key tile, or of a step through a halo; its innermost extent is a multiple of 8
 * @param visitedPairs pairs of a query and a key in the tiles that warps compute
 * @param maskedPairs of them those in tiles that need a mask
 * @param copiedKeys keys that all blocks together copy to shared memory
 * @param haloRows keys that shared memory holds at once; 0 where they are streamed
 * @param haloSteps steps of a warp through its part of a halo at most; 0 where they are streamed
 */
record TileBoxes(
        Box query, Box key, long visitedPairs, long maskedPairs, long copiedKeys, int haloRows, int haloSteps) {
    /** Additional tokens come in parts of at least so many, however small the halo. */
    private static final int LEAST_ADDITIONAL_ROWS = 64;

    /** Of all boxes of the compiled size those for which the fewest pairs are computed and copied. */
    static TileBoxes stream(List<GridAxis> axes, EntryPointShape shape) {
        Meeting meeting = new Meeting(axes);
        TileBoxes best = null;
        long least = Long.MAX_VALUE;
        for (Box query : queryBoxes(axes, shape)) {
            Box part = query.first(shape.warpQueries());
            for (Box key : Box.all(shape.keys(), 8)) {
                long visited = meeting.pairs(query, part, key);
                long copied = meeting.tiles(query, query, key) * key.volume();
                // a warp that skips a tile has still waited for it to be copied
                long cost = visited + copied * query.volume();
                if (cost < least) {
                    least = cost;
                    long masked = visited - meeting.unmasked(query, part, key);
                    best = new TileBoxes(query, key, visited, masked, copied, 0, 0);
                }
            }
        }
        if (best == null) {
            throw new IllegalStateException("no box for " + shape);
        }
        return best;
    }

    /** All boxes for an entry point that holds halos: which is best depends on the device. */
    static List<TileBoxes> halos(List<GridAxis> axes, EntryPointShape shape, int additionalTokens) {
        Meeting meeting = new Meeting(axes);
        List<TileBoxes> all = new ArrayList<>();
        for (Box query : queryBoxes(axes, shape)) {
            int[] halo = mostKeys(axes, query);
            long rows = Math.max((long) halo[0] * halo[1] * halo[2], Math.min(additionalTokens, LEAST_ADDITIONAL_ROWS));
            if (rows > Short.MAX_VALUE) {
                continue; // more than any shared memory holds
            }
            int haloRows = (int) (rows + 7) / 8 * 8;
            Box part = query.first(shape.warpQueries());
            int[] reach = mostKeys(axes, part);
            long copied = meeting.tiles(query, query, new Box(1, 1, 1));
            for (Box key : Box.all(shape.keys(), 8)) {
                long visited = meeting.pairs(part, part, key); // steps start where the warp's own windows do
                long steps = GridAxis.ceilDivide(reach[0], key.z())
                        * GridAxis.ceilDivide(reach[1], key.y())
                        * GridAxis.ceilDivide(reach[2], key.x());
                all.add(new TileBoxes(query, key, visited, visited, copied, haloRows, Math.toIntExact(steps)));
            }
        }
        return all;
    }

    /** The most keys that the queries of such a box see together, on z, y, x. */
    private static int[] mostKeys(List<GridAxis> axes, Box queries) {
        return new int[] {
            axes.get(0).mostKeys(queries.z()),
            axes.get(1).mostKeys(queries.y()),
            axes.get(2).mostKeys(queries.x())
        };
    }

    /** Tiles and pairs that meet, each found out once per axis. */
    private static final class Meeting {
        private final List<GridAxis> axes;
        private final Map<List<Integer>, Long> visits = new HashMap<>();
        private final Map<List<Integer>, Long> unmasked = new HashMap<>();

        Meeting(List<GridAxis> axes) {
            this.axes = axes;
        }

        long pairs(Box tile, Box part, Box key) {
            return Math.multiplyExact(tiles(tile, part, key), (long) part.volume() * key.volume());
        }

        long tiles(Box tile, Box part, Box key) {
            long tiles = visits(0, tile.z(), part.z(), key.z());
            tiles = Math.multiplyExact(tiles, visits(1, tile.y(), part.y(), key.y()));
            return Math.multiplyExact(tiles, visits(2, tile.x(), part.x(), key.x()));
        }

        long unmasked(Box tile, Box part, Box key) {
            return unmasked(0, tile.z(), part.z(), key.z())
                    * unmasked(1, tile.y(), part.y(), key.y())
                    * unmasked(2, tile.x(), part.x(), key.x())
                    * part.volume()
                    * key.volume();
        }

        private long visits(int axis, int tile, int part, int keys) {
            return visits.computeIfAbsent(
                    List.of(axis, tile, part, keys), key -> axes.get(axis).visits(tile, part, keys));
        }

        private long unmasked(int axis, int tile, int part, int keys) {
            return unmasked.computeIfAbsent(
                    List.of(axis, tile, part, keys), key -> axes.get(axis).unmaskedVisits(tile, part, keys));
        }
    }

    private static List<Box> queryBoxes(List<GridAxis> axes, EntryPointShape shape) {
        return Box.all(shape.queries(), 1).stream()
                .filter(box -> !overhangs(axes, box))
                .toList();
    }

    /** Whether an axis has room for another box in what hangs over, so that a smaller extent is never worse. */
    private static boolean overhangs(List<GridAxis> axes, Box box) {
        return axes.get(0).longestGroup() <= box.z() / 2 || axes.get(1).longestGroup() <= box.y() / 2;
    }
}
