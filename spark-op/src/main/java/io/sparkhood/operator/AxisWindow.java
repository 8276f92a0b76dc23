package io.sparkhood.operator;

/**
 * The keys that each query sees on one axis: the one definition of the window arithmetic.
 *
 * <p>Dilation d splits the axis into d groups, positions i with equal {@code i % d}; {@code i / d} is the place in the group.
 * Groups are uneven where d does not divide the extent: the first {@code extent % d} are one longer. Inside a group, queries
 * come in stride groups of {@code stride} places that share the window of one leader (Generalized Neighborhood Attention).
 *
 * <pre>
 * not causal   leader = middle of the stride group, window = [leader - k/2, leader + (k-1)/2], shifted at borders, never cut
 * causal       leader = last of the stride group,   window = [leader - k + 1, own place], cut on the left border
 * </pre>
 *
 * <p>Every window contains its own query, so none is empty. Papers: Hassani et al., "Faster Neighborhood Attention" (2024) and
 * "Generalized Neighborhood Attention" (2025).
 */
public final class AxisWindow {
    private final int extent;
    private final int kernelSize;
    private final int stride;
    private final int dilation;
    private final boolean causal;

    /** Behind the checks of {@link NeighborhoodAttentionOperator}: 1 &le; stride &le; kernelSize, kernelSize x dilation &le; extent. */
    AxisWindow(int extent, int kernelSize, int stride, int dilation, boolean causal) {
        this.extent = extent;
        this.kernelSize = kernelSize;
        this.stride = stride;
        this.dilation = dilation;
        this.causal = causal;
    }

    /** Positions on the axis. */
    public int extent() {
        return extent;
    }

    /** Keys of a full window. */
    public int kernelSize() {
        return kernelSize;
    }

    /** Distance between neighbouring keys of a window, in positions; also the number of dilation groups. */
    public int dilation() {
        return dilation;
    }

    /** Positions of dilation group {@code group} (0 to dilation - 1). */
    public int groupLength(int group) {
        return extent / dilation + (group < extent % dilation ? 1 : 0);
    }

    /** First place of the window of the query at {@code place} of a group of {@code groupLength} places. */
    public int start(int place, int groupLength) {
        if (causal) {
            return Math.max(leader(place, groupLength) - (kernelSize - 1), 0);
        }
        int left = kernelSize / 2;
        int right = (kernelSize - 1) / 2;
        int leader = leader(place, groupLength);
        int start = Math.max(leader - left, 0);
        int overhang = leader + right - (groupLength - 1);
        return overhang > 0 ? start - overhang : start;
    }

    /** One past the last place of that window. */
    public int end(int place, int groupLength) {
        return causal ? place + 1 : start(place, groupLength) + kernelSize;
    }

    private int leader(int place, int groupLength) {
        int first = place / stride * stride;
        return Math.min(first + (causal ? stride - 1 : stride / 2), groupLength - 1);
    }

    /** First position that the query at {@code position} sees; the others follow {@link #dilation()} apart. */
    public int first(int position) {
        int group = position % dilation;
        return start(position / dilation, groupLength(group)) * dilation + group;
    }

    /** Number of positions that the query at {@code position} sees: kernelSize, or 1 to kernelSize on a causal axis. */
    public int count(int position) {
        int length = groupLength(position % dilation);
        int place = position / dilation;
        return end(place, length) - start(place, length);
    }

    /** {@link #first} and {@link #count} of every position, alternating: what a device needs to know of the axis. */
    public int[] table() {
        int[] table = new int[Math.multiplyExact(2, extent)]; // [extent, 2]
        for (int position = 0; position < extent; position++) {
            table[2 * position] = first(position);
            table[2 * position + 1] = count(position);
        }
        return table;
    }
}
