package io.sparkhood.cuda;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodOperator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One of the three axes that every launch has; those that the operator lacks have one position. Axes of extent 1 are moved to
 * the front, which changes neither tokens nor bias, so that the map's only long axis is always the innermost.
 *
 * @param window the windows of the axis, or nothing if it is added
 */
record GridAxis(Optional<AxisWindow> window) {
    private static final GridAxis ADDED = new GridAxis(Optional.empty());

    /** The axes z, y, x of an operator. */
    static List<GridAxis> of(NeighborhoodOperator operator) {
        List<GridAxis> axes = new ArrayList<>();
        for (int axis = 0; axis < operator.rank(); axis++) {
            if (operator.featureMap().get(axis) > 1) {
                axes.add(new GridAxis(Optional.of(operator.window(axis))));
            }
        }
        while (axes.size() < 3) {
            axes.add(0, ADDED);
        }
        return List.copyOf(axes);
    }

    /** Why the windows of an operator cannot be a table, as a sentence, or nothing if they can. */
    static Optional<String> refuses(NeighborhoodOperator operator) {
        long positions = 0;
        for (int extent : operator.featureMap()) {
            positions += extent;
        }
        return positions <= Integer.MAX_VALUE / 4
                ? Optional.empty()
                : Optional.of("the axes have " + positions + " positions in sum, more than the " + Integer.MAX_VALUE / 4
                        + " of a table of windows");
    }

    /** The tables of all axes, one after the other. */
    static int[] tables(List<GridAxis> axes) {
        return axes.stream().flatMapToInt(axis -> Arrays.stream(axis.table())).toArray();
    }

    /** Query tiles of all dilation groups, each as long as the longest. */
    static long blocks(List<GridAxis> axes, Box tile) {
        long blocks = axes.get(0).tiles(tile.z()) * axes.get(0).dilation();
        blocks = Math.multiplyExact(
                blocks, axes.get(1).tiles(tile.y()) * axes.get(1).dilation());
        return Math.multiplyExact(
                blocks, axes.get(2).tiles(tile.x()) * axes.get(2).dilation());
    }

    /** Query tiles of all dilation groups that have a query. */
    static long liveTiles(List<GridAxis> axes, Box tile) {
        return axes.get(0).liveTiles(tile.z())
                * axes.get(1).liveTiles(tile.y())
                * axes.get(2).liveTiles(tile.x());
    }

    int extent() {
        return window.map(AxisWindow::extent).orElse(1);
    }

    /** Number of dilation groups, and positions from one place to the next. */
    int dilation() {
        return window.map(AxisWindow::dilation).orElse(1);
    }

    /** Keys of a full window. */
    int kernelSize() {
        return window.map(AxisWindow::kernelSize).orElse(1);
    }

    /** Entries of the relative position bias. */
    int biasWidth() {
        return 2 * kernelSize() - 1;
    }

    /** Places of the longest dilation group, which is the first. */
    int longestGroup() {
        return groupLength(0);
    }

    private int groupLength(int group) {
        return window.map(w -> w.groupLength(group)).orElse(1);
    }

    private int start(int place, int length) {
        return window.map(w -> w.start(place, length)).orElse(0);
    }

    private int end(int place, int length) {
        return window.map(w -> w.end(place, length)).orElse(1);
    }

    /** First place and end of the window of every position, alternating, by position. */
    int[] table() {
        int[] table = window.map(AxisWindow::table).orElseGet(() -> new int[] {0, 1}); // [extent, 2], first and count
        for (int i = 0; i < table.length; i += 2) {
            table[i] /= dilation();
            table[i + 1] += table[i];
        }
        return table;
    }

    /** Query tiles of the longest group. */
    long tiles(int tile) {
        return ceilDivide(longestGroup(), tile);
    }

    /** Query tiles of all groups that have a query. */
    long liveTiles(int tile) {
        int longer = extent() % dilation(); // groups that are one place longer than the others
        return longer * ceilDivide(groupLength(0), tile)
                + (dilation() - longer) * ceilDivide(groupLength(dilation() - 1), tile);
    }

    /**
     * How often a tile of keys is met on this axis, over all groups and query tiles.
     *
     * @param tile extent of the query tile
     * @param part extent of the parts of a query tile that are counted one by one; a divisor of it
     * @param keys extent of a key tile
     */
    long visits(int tile, int part, int keys) {
        return sum(
                tile,
                part,
                (from, length, first, last) ->
                        ceilDivide(end(last, length) - from, keys) - (start(first, length) - from) / keys);
    }

    /** How often a tile is met of which all queries of the part see all keys. */
    long unmaskedVisits(int tile, int part, int keys) {
        return sum(
                tile,
                part,
                (from, length, first, last) ->
                        Math.max(0, (end(first, length) - from) / keys - ceilDivide(start(last, length) - from, keys)));
    }

    /** The most keys that the queries of one tile see together. */
    int mostKeys(int tile) {
        int most = 0;
        for (int group : new int[] {0, dilation() - 1}) { // groups have two lengths
            int length = groupLength(group);
            for (long first = 0; first < length; first += tile) {
                int last = (int) Math.min(first + tile, length) - 1;
                most = Math.max(most, end(last, length) - start((int) first, length));
            }
        }
        return most;
    }

    /** Something to be counted of one part of a query tile. */
    private interface Count {
        /**
         * Counts.
         *
         * @param from where the tile's keys are anchored
         * @param length of the group
         * @param first query of the part
         * @param last query of the part
         */
        long of(int from, int length, int first, int last);
    }

    private long sum(int tile, int part, Count count) {
        long sum = 0;
        int groups = dilation();
        int longer = extent() % groups;
        if (longer > 0) {
            sum += longer * sumOfGroup(groupLength(0), tile, part, count);
        }
        return sum + (groups - longer) * sumOfGroup(groupLength(groups - 1), tile, part, count);
    }

    private long sumOfGroup(int length, int tile, int part, Count count) {
        long sum = 0;
        for (long first = 0; first < length; first += tile) {
            int from = start((int) first, length);
            for (long query = first; query < Math.min(first + tile, length); query += part) {
                sum += count.of(from, length, (int) query, (int) Math.min(query + part, length) - 1);
            }
        }
        return sum;
    }

    static long ceilDivide(long number, long divisor) {
        return (number + divisor - 1) / divisor;
    }
}
