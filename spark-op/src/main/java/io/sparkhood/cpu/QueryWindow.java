package io.sparkhood.cpu;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodOperator;
import java.util.Arrays;

/** The keys of one query, counted by their offsets on three axes; an axis that the operator lacks has one. */
final class QueryWindow {
    private final int[] extents = {1, 1, 1};
    private final int[] kernelSizes = {1, 1, 1};
    private final int[] dilations = {1, 1, 1};
    private final int[][] tables = {{0, 1}, {0, 1}, {0, 1}}; // as AxisWindow.table
    private final int[] firsts = new int[3];
    private final int[] distances = new int[3];
    /** Keys on each axis. */
    final int[] counts = new int[3];

    QueryWindow(NeighborhoodOperator operator) {
        int missing = 3 - operator.rank();
        for (int axis = 0; axis < operator.rank(); axis++) {
            AxisWindow window = operator.window(axis);
            extents[missing + axis] = window.extent();
            kernelSizes[missing + axis] = window.kernelSize();
            dilations[missing + axis] = window.dilation();
            tables[missing + axis] = window.table();
        }
    }

    /** Moves to the query at a token. */
    void moveTo(int token) {
        int rest = token;
        for (int axis = 2; axis >= 0; axis--) {
            int position = rest % extents[axis];
            rest /= extents[axis];
            firsts[axis] = tables[axis][2 * position];
            counts[axis] = tables[axis][2 * position + 1];
            distances[axis] = firsts[axis] / dilations[axis] - position / dilations[axis] + kernelSizes[axis] - 1;
        }
    }

    /** Whether every slot on the grid has a key. */
    boolean full() {
        return Arrays.equals(counts, kernelSizes);
    }

    /** Token of the key at these offsets. */
    int token(int z, int y, int x) {
        int atZ = firsts[0] + z * dilations[0];
        int atY = firsts[1] + y * dilations[1];
        int atX = firsts[2] + x * dilations[2];
        return (atZ * extents[1] + atY) * extents[2] + atX;
    }

    /** Its slot. */
    int slot(int z, int y, int x) {
        return (z * kernelSizes[1] + y) * kernelSizes[2] + x;
    }

    /** Its place in the bias of a head. */
    int biasPlace(int head, int z, int y, int x) {
        int place = head * (2 * kernelSizes[0] - 1) + distances[0] + z;
        place = place * (2 * kernelSizes[1] - 1) + distances[1] + y;
        return place * (2 * kernelSizes[2] - 1) + distances[2] + x;
    }

    /** Slots on the grid. */
    int slots() {
        return kernelSizes[0] * kernelSizes[1] * kernelSizes[2];
    }
}
