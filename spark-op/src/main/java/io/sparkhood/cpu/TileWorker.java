package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One thread of one run: takes tiles through gather, scores, softmax and mix, chunk by chunk of their keys.
 *
 * <pre>
 * for each key/value head     the query heads of its group share what is gathered
 *   for each chunk of keys    at most {@link ScratchLayout#chunkKeys}
 *     gather keys and values
 *     for each query head
 *       scores = masks + query . key          base 2: queries carry scale * log2(e)
 *       max, sum, mixed                       online softmax: earlier chunks are rescaled to the new maximum
 *   output = mixed / sum
 * </pre>
 */
final class TileWorker {
    private static final double LN_2 = Math.log(2);

    private final NeighborhoodAttentionOperator operator;
    private final TileGeometry geometry;
    private final TileMath math;
    private final ScratchLayout at;
    private final @Nullable BiasTables bias;
    private final List<HeadRows> inputs; // query, key, value [, additionalKeys, additionalValues]
    private final List<HeadRows> outputs; // output [, logSumExp]
    private final HostLane lane;
    private final float[] s;
    private final Tile tile;
    private final TileChunk chunk;
    private final int[] queryTokens; // [2][lanes]
    private final int[] gathered; // [chunkKeys] where gathered values start
    private final int lanes;
    private final int groupHeads;
    private final float queryFactor;
    private long row;

    TileWorker(CpuPlan plan, List<HeadRows> inputs, List<HeadRows> outputs, HostLane lane, int thread) {
        operator = plan.operator();
        geometry = plan.geometry();
        math = plan.math();
        at = plan.layout();
        bias = plan.bias();
        this.inputs = inputs;
        this.outputs = outputs;
        this.lane = lane;
        s = lane.scratch(thread, (int) at.floats());
        tile = new Tile(geometry);
        chunk = new TileChunk(math, at, tile, s, geometry.laneX);
        lanes = math.lanes();
        queryTokens = new int[2 * lanes];
        gathered = IntStream.range(0, at.chunkKeys)
                .map(key -> key * math.valueSlab())
                .toArray();
        groupHeads = operator.heads() / operator.keyValueHeads();
        queryFactor = queryFactor(operator);
        if (operator.additionalTokens() > 0) {
            Arrays.fill(s, at.zeros, at.zeros + at.patchStride, 0f);
        }
    }

    /** What queries are multiplied by, so that scores are exponents of 2. */
    static float queryFactor(NeighborhoodAttentionOperator operator) {
        return (float) (operator.scale() / LN_2);
    }

    /** Computes one part: some tiles of one dilation group of one row. */
    void compute(long part) {
        long groupOfRow = part / geometry.partsPerGroup();
        row = groupOfRow / geometry.groups();
        int tiles = tile.enterGroup((int) (groupOfRow % geometry.groups()));
        int first = (int) (part % geometry.partsPerGroup()) * geometry.tilesPerPart();
        int end = Math.min(tiles, first + geometry.tilesPerPart());
        for (int index = first; index < end; index++) {
            lane.requireNotCancelled();
            tile.moveTo(index);
            listQueries();
            attend();
        }
    }

    private void listQueries() {
        for (int patch = 0; patch < tile.patches; patch++) {
            for (int l = 0; l < lanes; l++) {
                queryTokens[patch * lanes + l] = tile.token(
                        tile.queryZ(), tile.queryY(patch, l / geometry.laneX), tile.queryX(l % geometry.laneX));
            }
        }
    }

    private void attend() {
        int keys = tile.keys();
        int additional = operator.additionalTokens();
        for (int keyHead = 0; keyHead < operator.keyValueHeads(); keyHead++) {
            for (int head = 0; head < groupHeads; head++) {
                open(keyHead * groupHeads + head, head);
            }
            int chunks = (keys - 1) / at.chunkKeys + 1;
            for (int i = 0; i < chunks; i++) {
                int from = (int) ((long) keys * i / chunks);
                int to = (int) ((long) keys * (i + 1) / chunks);
                if (chunks > 1 || keyHead == 0 || additional > 0) {
                    chunk.moveTo(from, to, inputs.get(1), inputs.get(2));
                }
                gather(inputs.get(1), inputs.get(2), keyHead);
                attendChunk(keyHead, inputs.get(2), i == 0, false);
            }
            for (int from = 0; from < additional; from += at.chunkKeys) {
                chunk.moveToAdditional(from, Math.min(additional, from + at.chunkKeys), inputs.get(3), inputs.get(4));
                gather(inputs.get(3), inputs.get(4), keyHead);
                attendChunk(keyHead, inputs.get(4), false, true);
            }
            for (int head = 0; head < groupHeads; head++) {
                close(keyHead * groupHeads + head, head);
            }
        }
    }

    /** Starts a head: its queries with the lane fastest, nothing seen yet. */
    private void open(int head, int headOfGroup) {
        HeadRows query = inputs.get(0);
        int base = query.base(row, head);
        for (int patch = 0; patch < tile.patches; patch++) {
            int to = at.query(headOfGroup, patch);
            for (int l = 0; l < lanes; l += 4) {
                transpose(query, base, patch * lanes + l, to + l);
            }
            Arrays.fill(s, at.max(headOfGroup, patch), at.max(headOfGroup, patch) + lanes, -Float.MAX_VALUE);
            Arrays.fill(s, at.sum(headOfGroup, patch), at.sum(headOfGroup, patch) + lanes, 0f);
            int mixed = at.mixed(headOfGroup, patch);
            Arrays.fill(s, mixed, mixed + at.valueSlabs * lanes * math.valueSlab(), 0f);
        }
    }

    private void transpose(HeadRows query, int base, int first, int to) {
        float[] array = query.array();
        int a = base + queryTokens[first] * query.tokenStride();
        int b = base + queryTokens[first + 1] * query.tokenStride();
        int c = base + queryTokens[first + 2] * query.tokenStride();
        int d = base + queryTokens[first + 3] * query.tokenStride();
        int dims = query.dims();
        int at = to;
        for (int dim = 0; dim < dims; dim++) {
            s[at] = array[a + dim] * queryFactor;
            s[at + 1] = array[b + dim] * queryFactor;
            s[at + 2] = array[c + dim] * queryFactor;
            s[at + 3] = array[d + dim] * queryFactor;
            at += lanes;
        }
    }

    private void gather(HeadRows key, HeadRows value, int keyHead) {
        int width = TileMath.KEY_SLAB;
        for (int slab = 0; slab < at.keySlabs; slab++) {
            int dims = Math.min(width, key.dims() - slab * width);
            int base = key.base(row, keyHead) + slab * width;
            int to = at.keys + slab * at.keySlabStride;
            math.gather(key.array(), base, chunk.keyOffsets, chunk.keys, dims, s, to, width);
        }
        width = math.valueSlab();
        int dims = value.dims() % lanes == 0 ? 0 : value.dims() % width;
        if (dims > 0) {
            int base = value.base(row, keyHead) + value.dims() - dims;
            math.gather(value.array(), base, chunk.valueOffsets, chunk.keys, dims, s, at.values, width);
        }
    }

    private void attendChunk(int keyHead, HeadRows value, boolean firstChunk, boolean additional) {
        for (int head = 0; head < groupHeads; head++) {
            score(head, starts(keyHead * groupHeads + head, additional), additional ? 0 : at.patchStride);
            for (int patch = 0; patch < tile.patches; patch++) {
                if (chunk.first[patch] < chunk.end[patch]) {
                    weigh(head, patch, firstChunk);
                }
            }
            mix(keyHead, value, head, additional);
        }
    }

    /** Place of the start values of the first patch. */
    private int starts(int head, boolean additional) {
        if (additional) {
            return at.zeros;
        }
        if (bias == null) {
            return at.masks;
        }
        for (int patch = 0; patch < tile.patches; patch++) {
            chunk.bias(bias, head, patch);
        }
        return at.biased;
    }

    /** Keys that only the first patch sees, that both see, and that only the second sees. */
    private void score(int head, int starts, int nextStarts) {
        if (tile.patches == 1) {
            scoreOne(head, 0, starts, chunk.first[0], chunk.end[0]);
            return;
        }
        int bothFirst = Math.max(chunk.first[0], chunk.first[1]);
        int bothEnd = Math.min(chunk.end[0], chunk.end[1]);
        if (bothFirst >= bothEnd) {
            scoreOne(head, 0, starts, chunk.first[0], chunk.end[0]);
            scoreOne(head, 1, starts + nextStarts, chunk.first[1], chunk.end[1]);
            return;
        }
        scoreOne(head, 0, starts, chunk.first[0], bothFirst);
        math.scorePair(
                s,
                at.query(head, 0),
                at.query(head, 1),
                at.keys,
                at.keySlabStride,
                operator.headDim(),
                starts,
                starts + nextStarts,
                at.scores,
                at.scores + at.patchStride,
                bothFirst,
                bothEnd);
        scoreOne(head, 1, starts + nextStarts, bothEnd, chunk.end[1]);
    }

    private void scoreOne(int head, int patch, int starts, int first, int end) {
        if (first < end) {
            int scores = at.scores + patch * at.patchStride;
            math.score(
                    s,
                    at.query(head, patch),
                    at.keys,
                    at.keySlabStride,
                    operator.headDim(),
                    starts,
                    scores,
                    first,
                    end);
        }
    }

    /** Turns scores into weights; what earlier chunks left is brought to the new maximum. */
    private void weigh(int head, int patch, boolean firstChunk) {
        int scores = at.scores + patch * at.patchStride + chunk.first[patch] * lanes;
        int keys = chunk.end[patch] - chunk.first[patch];
        int max = at.max(head, patch);
        int sum = at.sum(head, patch);
        if (firstChunk) {
            math.maximum(s, scores, keys, max, sum);
        } else {
            System.arraycopy(s, max, s, at.factors, lanes);
            math.maximum(s, scores, keys, max, sum);
            math.exponentials(s, at.factors, 1, max, at.ignored);
            math.rescale(s, at.factors, at.mixed(head, patch), at.valueSlabs);
            for (int l = 0; l < lanes; l++) {
                s[sum + l] *= s[at.factors + l];
            }
        }
        math.exponentials(s, scores, keys, max, sum);
    }

    /** Some queries of a patch at a time, each lot over the keys that it can see. */
    private void mix(int keyHead, HeadRows value, int head, boolean additional) {
        int width = math.valueSlab();
        int step = math.mixLanes();
        for (int slab = 0; slab < at.valueSlabs; slab++) {
            int dims = Math.min(width, operator.valueDim() - slab * width);
            boolean inPlace = dims % lanes == 0;
            float[] source = inPlace ? value.array() : s;
            int base = inPlace ? value.base(row, keyHead) + slab * width : at.values;
            int[] offsets = inPlace ? chunk.valueOffsets : gathered;
            for (int patch = 0; patch < tile.patches; patch++) {
                int rows = tile.queryRows(patch);
                for (int l = 0; l < lanes && l / geometry.laneX < rows; l += step) {
                    int first = chunk.first[patch];
                    int end = chunk.end[patch];
                    if (!additional) {
                        int lastRow = (l + step - 1) / geometry.laneX;
                        first = Math.max(first, tile.firstKeyOfRow(patch, l / geometry.laneX) - chunk.from);
                        end = Math.min(end, tile.endKeyOfRow(patch, lastRow) - chunk.from);
                    }
                    int weights = at.scores + patch * at.patchStride + first * lanes + l;
                    int mixed = at.mixed(head, patch) + (slab * lanes + l) * width;
                    if (first < end) {
                        math.mix(s, weights, source, base, offsets, first, end, mixed, dims);
                    }
                }
            }
        }
    }

    /** Ends a head: output = mixed / sum, for the queries that exist. */
    private void close(int head, int headOfGroup) {
        HeadRows output = outputs.get(0);
        int width = math.valueSlab();
        for (int patch = 0; patch < tile.patches; patch++) {
            int rows = tile.queryRows(patch);
            for (int l = 0; l < lanes && l / geometry.laneX < rows; l++) {
                if (l % geometry.laneX >= tile.queryColumns()) {
                    continue;
                }
                int token = queryTokens[patch * lanes + l];
                float sum = s[at.sum(headOfGroup, patch) + l];
                int to = output.base(row, head) + token * output.tokenStride();
                int from = at.mixed(headOfGroup, patch) + l * width;
                for (int slab = 0; slab < at.valueSlabs; slab++) {
                    int dims = Math.min(width, output.dims() - slab * width);
                    math.write(s, from + slab * lanes * width, 1 / sum, output.array(), to + slab * width, dims);
                }
                if (operator.logSumExp()) {
                    HeadRows logSumExp = outputs.get(1);
                    float max = s[at.max(headOfGroup, patch) + l];
                    logSumExp.array()[logSumExp.base(row, head) + token * logSumExp.tokenStride()] =
                            (float) (max * LN_2 + Math.log(sum));
                }
            }
        }
    }
}
