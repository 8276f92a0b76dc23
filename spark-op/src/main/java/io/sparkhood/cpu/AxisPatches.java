package io.sparkhood.cpu;

import io.sparkhood.operator.AxisWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One axis of a dilation group, cut into patches of neighbouring queries such that the windows of a patch, taken together,
 * have as few keys as possible in sum. Clamped borders and stride
 * groups are found by that alone: 14 queries of 7 keys are cut into 4, 2, 4 and 4.
 *
 * <p>Places are counted inside the group. Windows start and end in the order of their queries, so the keys of a run of
 * queries are an interval.
 */
final class AxisPatches {
    private final int[] starts; // [length] first key of each query
    private final int[] ends; // [length] one past its last key
    private final int[] cuts; // [patches + 1] first query of each patch, then the length
    private final int[] patterns; // [patches] alike where the windows lie alike, seen from the patch

    private AxisPatches(int[] starts, int[] ends, int patchLength) {
        this.starts = starts;
        this.ends = ends;
        this.cuts = cut(starts, ends, patchLength);
        this.patterns = patterns();
    }

    /** Patches of at most {@code patchLength} queries of a group of {@code groupLength} places. */
    static AxisPatches of(AxisWindow window, int groupLength, int patchLength) {
        int[] starts = new int[groupLength];
        int[] ends = new int[groupLength];
        for (int place = 0; place < groupLength; place++) {
            starts[place] = window.start(place, groupLength);
            ends[place] = window.end(place, groupLength);
        }
        return new AxisPatches(starts, ends, patchLength);
    }

    /** The axis that an operator of fewer axes does not have: one query, one key. */
    static AxisPatches single() {
        return new AxisPatches(new int[] {0}, new int[] {1}, 1);
    }

    /** Dynamic programme over the cuts. A patch costs its keys, and one more so that patches are not cut for nothing. */
    private static int[] cut(int[] starts, int[] ends, int patchLength) {
        int length = starts.length;
        long[] cost = new long[length + 1]; // [queries placed]
        int[] from = new int[length + 1];
        for (int end = 1; end <= length; end++) {
            cost[end] = Long.MAX_VALUE;
            for (int first = Math.max(0, end - patchLength); first < end; first++) {
                long total = cost[first] + ends[end - 1] - starts[first] + 1;
                if (total < cost[end]) {
                    cost[end] = total;
                    from[end] = first;
                }
            }
        }
        int[] cuts = new int[length + 1];
        int at = length;
        cuts[at] = length;
        for (int end = length; end > 0; end = from[end]) {
            cuts[--at] = from[end];
        }
        return Arrays.copyOfRange(cuts, at, length + 1);
    }

    private int[] patterns() {
        Map<List<Integer>, Integer> numbers = new HashMap<>();
        int[] patterns = new int[patches()];
        for (int patch = 0; patch < patterns.length; patch++) {
            List<Integer> windows = new ArrayList<>();
            for (int place = first(patch); place < first(patch) + length(patch); place++) {
                windows.add(starts[place] - firstKey(patch));
                windows.add(ends[place] - firstKey(patch));
            }
            patterns[patch] = numbers.computeIfAbsent(windows, unknown -> numbers.size());
        }
        return patterns;
    }

    int patches() {
        return cuts.length - 1;
    }

    /** Places of the group. */
    int places() {
        return starts.length;
    }

    /** A number that patches share whose queries' windows lie alike, as those of all patches inside a map do. */
    int pattern(int patch) {
        return patterns[patch];
    }

    /** First query of a patch. */
    int first(int patch) {
        return cuts[patch];
    }

    /** Queries of a patch. */
    int length(int patch) {
        return cuts[patch + 1] - cuts[patch];
    }

    /** First key of the query at a place. */
    int start(int place) {
        return starts[place];
    }

    /** One past the last key of the query at a place. */
    int end(int place) {
        return ends[place];
    }

    /** First key that any query of a patch sees. */
    int firstKey(int patch) {
        return starts[cuts[patch]];
    }

    /** One past the last key that any query of a patch sees. */
    int endKey(int patch) {
        return ends[cuts[patch + 1] - 1];
    }

    /** Keys of all patches, each patch's own. */
    long keys() {
        long keys = 0;
        for (int patch = 0; patch < patches(); patch++) {
            keys += endKey(patch) - firstKey(patch);
        }
        return keys;
    }

    /** The most keys that {@code count} patches in a row see together, the patches counted off from the first. */
    int mostKeys(int count) {
        int most = 0;
        for (int patch = 0; patch < patches(); patch += count) {
            most = Math.max(most, keysFrom(patch, count));
        }
        return most;
    }

    /** The sum over all such rows of patches of the keys that each row sees. */
    long keysOfTiles(int count) {
        long keys = 0;
        for (int patch = 0; patch < patches(); patch += count) {
            keys += keysFrom(patch, count);
        }
        return keys;
    }

    private int keysFrom(int patch, int count) {
        int last = Math.min(patch + count, patches()) - 1;
        return endKey(last) - firstKey(patch);
    }

    /** Bytes held. */
    long bytes() {
        return 4L * (starts.length + ends.length + cuts.length + patterns.length);
    }
}
