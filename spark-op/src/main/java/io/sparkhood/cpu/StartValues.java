package io.sparkhood.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the scores of a strip start from: 0, or {@link TileMath#MASKED} where a query does not see a key, plus the relative
 * position bias.
 *
 * <p>Masks as start values cost nothing in the loops: causal axes, strides and clamped borders are all one. Patches whose
 * windows lie alike, as those of all patches inside a map do, share their masks; a few such tables are kept.
 */
final class StartValues {
    private static final int MARKS = 8;

    private final TileMath math;
    private final ScratchLayout at;
    private final Tile tile;
    private final PatchPair pair;
    private final @Nullable BiasTables bias;
    private final float[] s;
    private final int laneX;
    private final int lanes;
    private final int[] kept; // [maskTables][MARKS] whose masks lie in each table
    private final int[] marks = new int[MARKS];

    StartValues(Workbench bench) {
        this.math = bench.math;
        this.at = bench.at;
        this.bias = bench.tiling.bias();
        this.tile = bench.tile;
        this.pair = bench.pair;
        this.s = bench.s;
        this.laneX = bench.geometry.laneX;
        this.lanes = math.lanes();
        this.kept = new int[at.maskTables * MARKS];
        Arrays.fill(kept, -1);
        Arrays.fill(s, at.zeros, at.zeros + at.patchStride, 0f);
    }

    /** Place of the start values of the additional keys. */
    int ofAdditional() {
        return at.zeros;
    }

    /** Place of the start values of the keys of a strip that a patch sees, {@code [key][lane]}. */
    int of(Strip strip, int patch, int head) {
        int masks = masks(strip, patch);
        if (bias == null) {
            return masks;
        }
        int biased = at.biased + patch * at.patchStride;
        addBias(bias, head, strip, patch, masks, biased);
        return biased;
    }

    private int masks(Strip strip, int patch) {
        if (pair.seesAll(patch, strip.first[patch], strip.end[patch], strip.firstColumn, strip.endColumn)) {
            return at.zeros;
        }
        marks[0] = pair.patternY(patch);
        marks[1] = pair.patternX();
        marks[2] = strip.first[patch] - pair.firstLine[patch];
        marks[3] = strip.end[patch] - strip.first[patch];
        marks[4] = strip.firstColumn - pair.firstColumn;
        marks[5] = strip.columns();
        marks[6] = pair.depth;
        marks[7] = 2 * tile.y.places() + tile.x.places() % 2; // patterns are numbered per length of a dilation group
        // both patches need theirs at once: each has half of the tables
        int table = 2 * Math.floorMod(Arrays.hashCode(marks), at.maskTables / 2) + patch;
        int masks = at.masks + table * at.patchStride;
        if (!Arrays.equals(marks, 0, MARKS, kept, table * MARKS, (table + 1) * MARKS)) {
            System.arraycopy(marks, 0, kept, table * MARKS, MARKS);
            write(strip, patch, masks);
        }
        return masks;
    }

    private void write(Strip strip, int patch, int masks) {
        int columns = strip.columns();
        for (int x = 0; x < columns; x++) {
            for (int lane = 0; lane < lanes; lane++) {
                boolean seen = pair.seesColumn(lane % laneX, strip.firstColumn + x);
                s[at.columns + x * lanes + lane] = seen ? 0 : TileMath.MASKED;
            }
        }
        int to = masks;
        for (int line = strip.first[patch]; line < strip.end[patch]; line++) {
            for (int lane = 0; lane < lanes; lane++) {
                s[at.row + lane] = pair.seesLine(patch, lane / laneX, line) ? 0 : TileMath.MASKED;
            }
            math.addRow(s, at.row, at.columns, columns, to);
            to += columns * lanes;
        }
    }

    private void addBias(BiasTables bias, int head, Strip strip, int patch, int masks, int biased) {
        boolean merged = bias.oneColumn() && pair.depth == 1;
        int lines = merged ? strip.end[patch] - strip.first[patch] : 1;
        int keys = lines * strip.columns();
        int i = 0;
        for (int line = strip.first[patch]; line < strip.end[patch]; line += lines) {
            int start = bias.at(
                    pair.distanceZ(line),
                    pair.placeY(line) - pair.queryY(patch, 0),
                    tile.placeX(strip.firstColumn) - pair.queryX(0));
            math.addBias(s, masks + i, bias.table(head), start, keys, biased + i);
            i += keys * lanes;
        }
    }
}
