package io.sparkhood.cpu;

import java.util.Arrays;
import java.util.List;

/** Running softmax of a pair of patches, and the values of a strip mixed with its weights. */
final class TileMixing {
    private static final double LN_2 = Math.log(2);
    /** Between these a sum of weights is as good as one of weights relative to their maximum: float32's limits are far. */
    private static final float LEAST_SUM = 0x1p-16f;

    private static final float MOST_SUM = 0x1p60f;

    private final Workbench bench;
    private final TileGeometry geometry;
    private final TileMath math;
    private final ScratchLayout at;
    private final float[] s;
    private final PatchPair pair;
    private final Strip strip;
    private final PackedKeys packed;
    private final int lanes;
    private final Again again;

    /** Computes a query again, seen from the operator: its head and token. */
    @FunctionalInterface
    interface Again {
        void compute(int head, int token);
    }

    TileMixing(Workbench bench, Again again) {
        this.bench = bench;
        this.again = again;
        geometry = bench.geometry;
        math = bench.math;
        at = bench.at;
        s = bench.s;
        pair = bench.pair;
        strip = bench.strip;
        packed = bench.packed;
        lanes = bench.lanes;
    }

    /** Starts a head: nothing seen yet. */
    void open(int state) {
        for (int patch = 0; patch < pair.patches; patch++) {
            s[at.begun(state + patch)] = 0;
            int max = at.max(state + patch);
            int sum = at.sum(state + patch);
            int mixed = at.mixed(state + patch);
            Arrays.fill(s, max, max + lanes, 0f);
            Arrays.fill(s, sum, sum + lanes, 0f);
            Arrays.fill(s, mixed, mixed + at.mixedSlabs * lanes * math.mixedSlab(), 0f);
        }
    }

    /**
     * Turns the scores of the strip, in base 2, into weights relative to 0, without a search for their maximum. False where a
     * sum comes near float32's limits: the scores are lost then, and the sums are what they were.
     */
    boolean weighUnshifted(int state) {
        boolean near = false;
        for (int patch = 0; patch < pair.patches; patch++) {
            int sum = at.sum(state + patch);
            System.arraycopy(s, sum, s, at.sums + patch * lanes, lanes);
            int keys = strip.keys(patch);
            if (keys > 0) {
                math.exponentials(s, at.scores + patch * at.patchStride, keys, at.max(state + patch), sum);
                near |= nearLimits(patch, sum);
            }
        }
        for (int patch = 0; patch < pair.patches; patch++) {
            if (near) {
                System.arraycopy(s, at.sums + patch * lanes, s, at.sum(state + patch), lanes);
            } else if (strip.keys(patch) > 0) {
                s[at.begun(state + patch)] = 1;
            }
        }
        return !near;
    }

    /** Only lanes that have a query count: others hold anything. */
    private boolean nearLimits(int patch, int sum) {
        boolean near = false;
        int columns = pair.queryColumns();
        int end = sum + pair.queryRows(patch) * geometry.laneX;
        for (int row = sum; row < end; row += geometry.laneX) {
            for (int l = row; l < row + columns; l++) {
                near |= !(s[l] >= LEAST_SUM && s[l] <= MOST_SUM); // so is NaN
            }
        }
        return near;
    }

    /** Turns the scores of the strip, in base 2, into weights relative to the maximum. */
    void weigh(int state) {
        for (int patch = 0; patch < pair.patches; patch++) {
            if (strip.keys(patch) > 0) {
                weigh(state + patch, at.scores + patch * at.patchStride, strip.keys(patch));
            }
        }
    }

    /** Adds the values of the strip, each times its weight, for some keys at a time, which stay in the first-level cache. */
    void mix(int head, int state, boolean additional) {
        int keyHead = head / bench.groupHeads;
        int keys = Math.max(strip.keys(0), pair.patches == 1 ? 0 : strip.keys(1));
        int lots = (keys - 1) / at.mixKeys + 1;
        for (int lot = 0; lot < lots; lot++) {
            int from = keys * lot / lots;
            int to = keys * (lot + 1) / lots;
            for (int slab = 0; slab < at.valueSlabs; slab++) {
                for (int patch = 0; patch < pair.patches; patch++) {
                    mix(keyHead, slab, state + patch, patch, additional, from, to);
                }
            }
        }
    }

    /** Turns scores into weights; what earlier strips left is brought to the new maximum. */
    private void weigh(int state, int scores, int keys) {
        int max = at.max(state);
        int sum = at.sum(state);
        if (s[at.begun(state)] == 0) {
            s[at.begun(state)] = 1;
            Arrays.fill(s, max, max + lanes, -Float.MAX_VALUE);
            math.maximum(s, scores, keys, max);
        } else {
            System.arraycopy(s, max, s, at.factors, lanes);
            math.maximum(s, scores, keys, max);
            math.exponentials(s, at.factors, 1, max, at.ignored);
            math.rescale(s, at.factors, at.mixed(state), at.mixedSlabs);
            for (int l = 0; l < lanes; l++) {
                s[sum + l] *= s[at.factors + l];
            }
        }
        math.exponentials(s, scores, keys, max, sum);
    }

    /** Some queries of a patch at a time, each lot over those of the keys that lie in the lines that it can see. */
    private void mix(int keyHead, int slab, int state, int patch, boolean additional, int fromKey, int toKey) {
        int width = at.valueSlab;
        int rows = pair.queryRows(patch);
        int columns = strip.columns();
        int dims = Math.min(width, bench.operator.valueDim() - slab * width);
        int value = packed.value(keyHead, slab, strip.packedLine(strip.first[patch]), strip.firstColumn);
        int[] offsets = packed.valueOffsets(strip, strip.first[patch]);
        int step;
        for (int l = 0; l < lanes && l / geometry.laneX < rows; l += step) {
            step = math.mixLanes(dims, l);
            int line = strip.first[patch];
            int endLine = strip.end[patch];
            if (!additional) {
                line = Math.max(line, pair.firstLineOfRow(patch, l / geometry.laneX));
                endLine = Math.min(endLine, pair.endLineOfRow(patch, (l + step - 1) / geometry.laneX));
            }
            int from = Math.max(fromKey, (line - strip.first[patch]) * columns);
            int to = Math.min(toKey, (endLine - strip.first[patch]) * columns);
            if (from < to) {
                int weights = at.scores + patch * at.patchStride + l;
                int mixed = at.mixed(state) + slab * width * lanes + l * math.mixedSlab();
                math.mix(s, weights, value, offsets, from, to, mixed, step, dims);
            }
        }
    }

    /** Takes the weights as they are: their sum is 1, or what it may be. */
    void closeSums(int state) {
        for (int patch = 0; patch < pair.patches; patch++) {
            int sum = at.sum(state + patch);
            Arrays.fill(s, sum, sum + lanes, 1f);
        }
    }

    /** Lanes that saw nothing but masked scores have no softmax. */
    void closeMasked(int state) {
        for (int patch = 0; patch < pair.patches; patch++) {
            for (int lane = 0; lane < lanes; lane++) {
                if (s[at.max(state + patch) + lane] <= TileMath.MASKED) {
                    s[at.sum(state + patch) + lane] = Float.NaN;
                }
            }
        }
    }

    /** Ends a head: output = mixed / sum, for the queries that exist. */
    void close(int head, int state) {
        List<HeadRows> outputs = bench.tensors.outputs();
        HeadRows output = outputs.get(0);
        int queryHead = bench.queryHead(head);
        int width = math.mixedSlab();
        int step = pair.runStep() * output.tokenStride();
        for (int patch = 0; patch < pair.patches; patch++) {
            int count = pair.queriesOfRun(patch);
            for (int run = 0; run < pair.runs(patch); run++) {
                int l = run * pair.runLanes();
                int to = output.place(bench.row, pair.tokens[patch * lanes + l], queryHead);
                int mixed = at.mixed(state + patch) + l * width;
                for (int dim = 0; dim < output.dims(); dim += width) {
                    int dims = Math.min(width, output.dims() - dim);
                    output.write(math, s, mixed, at.sum(state + patch) + l, to + dim, step, count, dims);
                    mixed += lanes * width;
                }
            }
        }
        for (int patch = 0; patch < pair.patches; patch++) {
            if (bench.operator.logSumExp()) {
                writeLogSumExp(outputs.get(1), queryHead, state, patch);
            }
            int mixed = at.mixedSlabs * lanes * width;
            if (!math.areFinite(s, at.sum(state + patch), lanes)
                    || !math.areFinite(s, at.mixed(state + patch), mixed)) {
                mend(output, queryHead, patch);
            }
        }
    }

    private void writeLogSumExp(HeadRows logSumExp, int head, int state, int patch) {
        for (int l = 0; l < lanes; l++) {
            if (pair.hasQuery(patch, l)) {
                int to = logSumExp.place(bench.row, pair.tokens[patch * lanes + l], head);
                double sum = s[at.sum(state + patch) + l];
                logSumExp.set(to, s[at.max(state + patch) + l] * LN_2 + Math.log(sum));
            }
        }
    }

    /** Computes those queries of a patch again whose output is not finite, perhaps for what they do not see. */
    private void mend(HeadRows output, int head, int patch) {
        for (int l = 0; l < lanes; l++) {
            int token = pair.tokens[patch * lanes + l];
            if (pair.hasQuery(patch, l) && !output.isFinite(output.place(bench.row, token, head))) {
                again.compute(head, token);
            }
        }
    }
}
