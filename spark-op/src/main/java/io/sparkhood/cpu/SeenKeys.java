package io.sparkhood.cpu;

import io.sparkhood.operator.AxisWindow;
import java.util.List;

/**
 * The keys of the grid that one query sees, in row-major order of their offsets.
 *
 * @param tokens of the keys
 * @param slots of each among the scores of the query
 */
record SeenKeys(long[] tokens, int[] slots) {
    /** Those of the query at a token. */
    static SeenKeys of(List<AxisWindow> windows, long token) {
        long[] position = position(windows, token);
        long[] tokens = {0};
        int[] slots = {0};
        for (int axis = 0; axis < windows.size(); axis++) {
            AxisWindow window = windows.get(axis);
            int first = window.first((int) position[axis]);
            int count = window.count((int) position[axis]);
            long[] moreTokens = new long[Math.multiplyExact(tokens.length, count)];
            int[] moreSlots = new int[moreTokens.length];
            for (int i = 0; i < moreTokens.length; i++) {
                int along = first + i % count * window.dilation();
                moreTokens[i] = tokens[i / count] * window.extent() + along;
                moreSlots[i] = slots[i / count] * window.kernelSize() + i % count;
            }
            tokens = moreTokens;
            slots = moreSlots;
        }
        return new SeenKeys(tokens, slots);
    }

    /** Where a token lies on each axis. */
    static long[] position(List<AxisWindow> windows, long token) {
        long[] position = new long[windows.size()];
        long flat = token;
        for (int axis = windows.size() - 1; axis >= 0; axis--) {
            position[axis] = flat % windows.get(axis).extent();
            flat /= windows.get(axis).extent();
        }
        return position;
    }

    int count() {
        return tokens.length;
    }
}
