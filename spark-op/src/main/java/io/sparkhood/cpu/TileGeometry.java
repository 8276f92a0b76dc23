package io.sparkhood.cpu;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.function.ToLongFunction;

/**
 * How an operator's queries are dealt out: dilation groups, and in each the patches.
 *
 * <p>Every operator has three axes here, z, y and x; the axes it lacks have one place. A dilation group is a small dense
 * problem whose places lie {@code dilation} positions apart. A patch has {@code laneY x laneX} queries of one z; lane l holds
 * the query {@code l / laneX} down and {@code l % laneX} across.
 */
final class TileGeometry {
    final Axis z;
    final Axis y;
    final Axis x;
    final int laneY;
    final int laneX;

    TileGeometry(NeighborhoodAttentionOperator operator, int lanes) {
        int rank = operator.rank();
        boolean line = rank == 1 || longestGroup(operator.window(rank - 1)) == 1;
        laneX = line ? 1 : lanes == 4 ? 2 : 4;
        laneY = lanes / laneX;
        z = rank == 3 ? new Axis(operator.window(0), 1) : Axis.MISSING;
        y = new Axis(operator.window(Math.max(0, rank - 2)), laneY);
        x = rank == 1 ? Axis.MISSING : new Axis(operator.window(rank - 1), laneX);
    }

    private static int longestGroup(AxisWindow window) {
        return window.groupLength(0);
    }

    /** One axis: its dilation groups come in at most two lengths. */
    static final class Axis {
        static final Axis MISSING = new Axis(1, 1, AxisPatches.single(), AxisPatches.single());

        final int extent;
        final int dilation;
        private final AxisPatches longer; // groups 0 to extent % dilation - 1
        private final AxisPatches shorter;

        Axis(AxisWindow window, int patchLength) {
            this(
                    window.extent(),
                    window.dilation(),
                    AxisPatches.of(window, window.groupLength(0), patchLength),
                    AxisPatches.of(window, window.groupLength(window.dilation() - 1), patchLength));
        }

        private Axis(int extent, int dilation, AxisPatches longer, AxisPatches shorter) {
            this.extent = extent;
            this.dilation = dilation;
            this.longer = longer;
            this.shorter = shorter;
        }

        AxisPatches patches(int group) {
            return group < extent % dilation ? longer : shorter;
        }

        /** Tiles of the longest group. */
        int tiles(int patches) {
            return (patches(0).patches() - 1) / patches + 1;
        }

        /** The most keys of so many patches in a row. */
        int mostKeys(int patches) {
            return Math.max(longer.mostKeys(patches), shorter.mostKeys(patches));
        }

        /** Sum over the patches of all groups. */
        long sum(ToLongFunction<AxisPatches> ofGroup) {
            int longerGroups = extent % dilation;
            return longerGroups * ofGroup.applyAsLong(longer)
                    + (dilation - longerGroups) * ofGroup.applyAsLong(shorter);
        }

        long bytes() {
            return longer.bytes() + shorter.bytes();
        }
    }

    int groups() {
        return z.dilation * y.dilation * x.dilation;
    }

    /** The most keys, without the additional ones, that a patch sees. */
    long mostKeys() {
        return (long) z.mostKeys(1) * y.mostKeys(1) * x.mostKeys(1);
    }

    /** Columns of tiles of a dilation group; shorter groups lack some. */
    int tileColumns(TileShape shape) {
        return z.tiles(shape.placesZ()) * x.tiles(shape.patchesX());
    }

    /** Tiles of such a column. */
    int tilesOfColumn(TileShape shape) {
        return y.tiles(shape.patchesY());
    }

    /** Pairs of a lane, used or not, and a key that its patch is scored against. */
    long visitedPairs(int additionalTokens) {
        long patches = z.sum(AxisPatches::patches) * y.sum(AxisPatches::patches) * x.sum(AxisPatches::patches);
        long keys = z.sum(AxisPatches::keys) * y.sum(AxisPatches::keys) * x.sum(AxisPatches::keys);
        return (long) laneY * laneX * (keys + patches * additionalTokens);
    }

    /** Bytes held. */
    long bytes() {
        return z.bytes() + y.bytes() + x.bytes();
    }
}
