package io.sparkhood.cuda;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodOperator;
import java.util.ArrayList;
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
        long visits = 0;
        int groups = dilation();
        int longer = extent() % groups;
        if (longer > 0) {
            visits += longer * visitsOfGroup(groupLength(0), tile, part, keys);
        }
        return visits + (groups - longer) * visitsOfGroup(groupLength(groups - 1), tile, part, keys);
    }

    private long visitsOfGroup(int length, int tile, int part, int keys) {
        long visits = 0;
        for (long first = 0; first < length; first += tile) {
            int from = start((int) first, length); // where the tile's keys are anchored
            for (long query = first; query < Math.min(first + tile, length); query += part) {
                int last = (int) Math.min(query + part, length) - 1;
                visits += ceilDivide(end(last, length) - from, keys) - (start((int) query, length) - from) / keys;
            }
        }
        return visits;
    }

    static long ceilDivide(long number, long divisor) {
        return (number + divisor - 1) / divisor;
    }
}
