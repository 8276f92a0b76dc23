package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.Arrays;
import java.util.List;

/**
 * One thread of one plan: takes tiles through packing, scores, softmax and mix.
 *
 * <pre>
 * for each key/value head        the query heads of its group share what is packed
 *   for each chunk of keys       one, unless the window is large
 *     pack keys and values
 *     for each pair of patches, for each query head, for each strip of the chunk
 *       scores = masks + query . key          base 2: queries carry scale * log2(e)
 *       max, sum, mixed                       online softmax: earlier strips are rescaled to the new maximum
 *   output = mixed / sum
 * </pre>
 */
final class TileWorker {
    private static final double LN_2 = Math.log(2);

    private final NeighborhoodAttentionOperator operator;
    private final TileGeometry geometry;
    private final int tiles;
    private final TileMath math;
    private final ScratchLayout at;
    private final HostLane lane;
    private final float[] s;
    private final Tile tile;
    private final PatchPair pair;
    private final Strip strip = new Strip();
    private final StartValues starts;
    private final int[] valueOffsets; // [stripKeys] from a strip's first value to each, in order of its scores
    private final int lanes;
    private final int groupHeads;
    private final float queryFactor;
    private List<HeadRows> inputs = List.of(); // query, key, value [, additionalKeys, additionalValues]
    private List<HeadRows> outputs = List.of(); // output [, logSumExp]
    private int splits;
    private long row;
    private int offsetsOfColumns;
    private int offsetsOfPitch;
    private int packedLine; // first packed line and column, and keys from one packed line to the next
    private int packedColumn;
    private int packedPitch;

    TileWorker(CpuPlan plan, HostLane lane, float[] scratch) {
        operator = plan.operator();
        geometry = plan.geometry();
        tiles = geometry.tiles(plan.shape());
        math = plan.math();
        at = plan.layout();
        this.lane = lane;
        s = scratch;
        tile = new Tile(geometry, plan.shape());
        pair = new PatchPair(tile, geometry.laneY, geometry.laneX);
        starts = new StartValues(plan, tile, pair, s);
        lanes = math.lanes();
        valueOffsets = new int[at.stripKeys];
        groupHeads = operator.heads() / operator.keyValueHeads();
        queryFactor = queryFactor(operator);
    }

    /** What queries are multiplied by, so that scores are exponents of 2. */
    static float queryFactor(NeighborhoodAttentionOperator operator) {
        return (float) (operator.scale() / LN_2);
    }

    /** Takes the tensors of a run, whose tiles are computed in so many parts each. */
    void bind(List<HeadRows> inputs, List<HeadRows> outputs, int splits) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.splits = splits;
    }

    /** Computes one part: some heads of one tile of one dilation group of one row. */
    void compute(long part) {
        int split = (int) (part % splits);
        int tileOfRow = (int) (part / splits % ((long) geometry.groups() * tiles));
        row = part / splits / ((long) geometry.groups() * tiles);
        if (tile.moveTo(tileOfRow / tiles, tileOfRow % tiles)) {
            int heads = operator.keyValueHeads();
            for (int head = heads * split / splits; head < heads * (split + 1) / splits; head++) {
                attend(head);
            }
        }
    }

    private void attend(int keyHead) {
        int additional = operator.additionalTokens();
        if (tile.chunks() == 1 && additional == 0) {
            pack(keyHead, 0);
            for (int index = 0; index < tile.pairs(); index++) {
                pair.moveTo(index);
                for (int head = 0; head < groupHeads; head++) {
                    open(keyHead * groupHeads + head, 0);
                    attendChunk(keyHead * groupHeads + head, 0);
                    close(keyHead * groupHeads + head, 0);
                }
            }
            return;
        }
        forEachPair(keyHead, this::open);
        for (int chunk = 0; chunk < tile.chunks(); chunk++) {
            pack(keyHead, chunk);
            forEachPair(keyHead, this::attendChunk);
        }
        for (int done = 0; done < additional; done += at.stripKeys) {
            int from = done;
            int to = Math.min(additional, from + at.stripKeys);
            packAdditional(keyHead, from, to);
            forEachPair(keyHead, (head, state) -> {
                strip.moveToAdditional(from, to);
                attendStrip(state, starts.ofAdditional(), starts.ofAdditional(), true);
            });
        }
        forEachPair(keyHead, this::close);
    }

    /** What is done with a query head of the pair, and the number of its first running sums. */
    private interface Step {
        void run(int head, int state);
    }

    private void forEachPair(int keyHead, Step step) {
        for (int index = 0; index < tile.pairs(); index++) {
            pair.moveTo(index);
            for (int head = 0; head < groupHeads; head++) {
                step.run(keyHead * groupHeads + head, 2 * (index * groupHeads + head));
            }
        }
    }

    private void pack(int keyHead, int chunk) {
        tile.moveToChunk(chunk);
        packedLine = tile.chunkLine;
        packedColumn = tile.chunkColumn;
        packedPitch = tile.chunkColumns();
        int keys = 0;
        for (int line = tile.chunkLine; line < tile.chunkEndLine; line++) {
            packKeys(inputs.get(1), keyHead, tile.tokenOfLine(line), tile.tokenStep(), packedPitch, keys);
            packValues(inputs.get(2), keyHead, tile.tokenOfLine(line), tile.tokenStep(), packedPitch, keys);
            keys += packedPitch;
        }
    }

    private void packAdditional(int keyHead, int from, int to) {
        packedLine = from;
        packedColumn = 0;
        packedPitch = 1;
        packKeys(inputs.get(3), keyHead, from, 1, to - from, 0);
        packValues(inputs.get(4), keyHead, from, 1, to - from, 0);
    }

    private void packKeys(HeadRows key, int keyHead, int token, int step, int count, int place) {
        int width = TileMath.KEY_SLAB;
        pack(key, keyHead, token, step, count, at.keys + place * width, width, at.keySlabStride);
    }

    private void packValues(HeadRows value, int keyHead, int token, int step, int count, int place) {
        int width = math.valueSlab();
        pack(value, keyHead, token, step, count, at.values + place * width, width, at.valueSlabStride);
    }

    private void pack(
            HeadRows rows, int keyHead, int token, int tokenStep, int count, int to, int width, int slabStride) {
        int from = rows.base(row, keyHead) + token * rows.tokenStride();
        int step = tokenStep * rows.tokenStride();
        for (int dim = 0; dim < rows.dims(); dim += width) {
            int dims = Math.min(width, rows.dims() - dim);
            rows.pack(math, from + dim, step, count, dims, s, to + dim / width * slabStride, width);
        }
    }

    /** Starts a head: its queries with the lane fastest, nothing seen yet. */
    private void open(int head, int state) {
        HeadRows query = inputs.get(0);
        int base = query.base(row, head);
        for (int patch = 0; patch < pair.patches; patch++) {
            for (int l = 0; l < lanes; l++) {
                int from = base + pair.tokens[patch * lanes + l] * query.tokenStride();
                query.pack(math, from, 0, 1, query.dims(), s, at.staged + l * at.stagedStride, 0);
            }
            math.transpose(s, at.staged, at.stagedStride, queryFactor, query.dims(), at.query(state + patch));
            s[at.begun(state + patch)] = 0;
            int max = at.max(state + patch);
            int sum = at.sum(state + patch);
            int mixed = at.mixed(state + patch);
            Arrays.fill(s, max, max + lanes, -Float.MAX_VALUE);
            Arrays.fill(s, sum, sum + lanes, 0f);
            Arrays.fill(s, mixed, mixed + at.valueSlabs * lanes * math.valueSlab(), 0f);
        }
    }

    /** Brings the packed keys that the pair sees to its running sums, strip by strip. */
    private void attendChunk(int head, int state) {
        lane.requireNotCancelled();
        int last = pair.patches - 1;
        int line = Math.max(pair.firstLine[0], tile.chunkLine);
        int endLine = Math.min(pair.endLine[last], tile.chunkEndLine);
        int column = Math.max(pair.firstColumn, tile.chunkColumn);
        int endColumn = Math.min(pair.endColumn, tile.chunkEndColumn);
        if (line >= endLine || column >= endColumn) {
            return;
        }
        int columnStrips = (endColumn - column - 1) / at.stripKeys + 1;
        int lines = endLine - line;
        for (int i = 0; i < columnStrips; i++) {
            int from = column + (endColumn - column) * i / columnStrips;
            int to = column + (endColumn - column) * (i + 1) / columnStrips;
            int lineStrips = (lines - 1) / (at.stripKeys / (to - from)) + 1;
            for (int j = 0; j < lineStrips; j++) {
                strip.moveTo(
                        pair,
                        line + (int) ((long) lines * j / lineStrips),
                        line + (int) ((long) lines * (j + 1) / lineStrips),
                        from,
                        to);
                attendStrip(state, starts.of(strip, 0, head), last == 0 ? 0 : starts.of(strip, 1, head), false);
            }
        }
    }

    private void attendStrip(int state, int start, int nextStart, boolean additional) {
        score(state, start, nextStart);
        for (int patch = 0; patch < pair.patches; patch++) {
            if (strip.keys(patch) > 0) {
                weigh(state + patch, at.scores + patch * at.patchStride, strip.keys(patch));
                mix(state + patch, patch, additional);
            }
        }
    }

    /** Lines that only the first patch sees, that both see, and that only the second sees. */
    private void score(int state, int start, int nextStart) {
        if (pair.patches == 1) {
            scoreOne(state, 0, start, strip.first[0], strip.end[0]);
            return;
        }
        int bothFirst = Math.max(strip.first[0], strip.first[1]);
        int bothEnd = Math.min(strip.end[0], strip.end[1]);
        if (bothFirst >= bothEnd) {
            scoreOne(state, 0, start, strip.first[0], strip.end[0]);
            scoreOne(state, 1, nextStart, strip.first[1], strip.end[1]);
            return;
        }
        scoreOne(state, 0, start, strip.first[0], bothFirst);
        boolean merged = strip.columns() == packedPitch;
        int lines = bothEnd - bothFirst;
        int done = (bothFirst - strip.first[0]) * strip.columns() * lanes;
        int nextDone = (bothFirst - strip.first[1]) * strip.columns() * lanes;
        math.scorePair(
                s,
                at.query(state),
                at.query(state + 1),
                at.keys + packed(bothFirst) * TileMath.KEY_SLAB,
                at.keySlabStride,
                operator.headDim(),
                start + done,
                nextStart + nextDone,
                at.scores + done,
                at.scores + at.patchStride + nextDone,
                merged ? 1 : lines,
                merged ? lines * packedPitch : strip.columns(),
                packedPitch);
        scoreOne(state, 1, nextStart, bothEnd, strip.end[1]);
    }

    private void scoreOne(int state, int patch, int start, int line, int endLine) {
        if (line < endLine) {
            boolean merged = strip.columns() == packedPitch;
            int done = (line - strip.first[patch]) * strip.columns() * lanes;
            math.score(
                    s,
                    at.query(state + patch),
                    at.keys + packed(line) * TileMath.KEY_SLAB,
                    at.keySlabStride,
                    operator.headDim(),
                    start + done,
                    at.scores + patch * at.patchStride + done,
                    merged ? 1 : endLine - line,
                    merged ? (endLine - line) * packedPitch : strip.columns(),
                    packedPitch);
        }
    }

    /** Number among the packed keys of the strip's first key in a line. */
    private int packed(int line) {
        return (line - packedLine) * packedPitch + strip.firstColumn - packedColumn;
    }

    /** Turns scores into weights; what earlier strips left is brought to the new maximum. */
    private void weigh(int state, int scores, int keys) {
        int max = at.max(state);
        int sum = at.sum(state);
        if (s[at.begun(state)] == 0) {
            s[at.begun(state)] = 1;
            math.maximum(s, scores, keys, max, sum);
        } else {
            System.arraycopy(s, max, s, at.factors, lanes);
            math.maximum(s, scores, keys, max, sum);
            math.exponentials(s, at.factors, 1, max, at.ignored);
            math.rescale(s, at.factors, at.mixed(state), at.valueSlabs);
            for (int l = 0; l < lanes; l++) {
                s[sum + l] *= s[at.factors + l];
            }
        }
        math.exponentials(s, scores, keys, max, sum);
    }

    /** Some queries of a patch at a time, each lot over the lines that it can see. */
    private void mix(int state, int patch, boolean additional) {
        listValueOffsets();
        int slab = math.valueSlab();
        int step = math.mixLanes();
        int rows = pair.queryRows(patch);
        for (int l = 0; l < lanes && l / geometry.laneX < rows; l += step) {
            int line = strip.first[patch];
            int endLine = strip.end[patch];
            if (!additional) {
                line = Math.max(line, pair.firstLineOfRow(patch, l / geometry.laneX));
                endLine = Math.min(endLine, pair.endLineOfRow(patch, (l + step - 1) / geometry.laneX));
            }
            if (line >= endLine) {
                continue;
            }
            int weights =
                    at.scores + patch * at.patchStride + (line - strip.first[patch]) * strip.columns() * lanes + l;
            int keys = (endLine - line) * strip.columns();
            int value = at.values + packed(line) * slab;
            int mixed = at.mixed(state) + l * slab;
            for (int dim = 0; dim < operator.valueDim(); dim += slab) {
                math.mix(s, weights, value, valueOffsets, keys, mixed, Math.min(slab, operator.valueDim() - dim));
                value += at.valueSlabStride;
                mixed += lanes * slab;
            }
        }
    }

    private void listValueOffsets() {
        int columns = strip.columns();
        if (columns == offsetsOfColumns && packedPitch == offsetsOfPitch) {
            return;
        }
        offsetsOfColumns = columns;
        offsetsOfPitch = packedPitch;
        int slab = math.valueSlab();
        int line = 0;
        for (int i = 0; i < valueOffsets.length; line += packedPitch * slab) {
            for (int column = 0; column < columns && i < valueOffsets.length; column++) {
                valueOffsets[i++] = line + column * slab;
            }
        }
    }

    /** Ends a head: output = mixed / sum, for the queries that exist. */
    private void close(int head, int state) {
        HeadRows output = outputs.get(0);
        int slab = math.valueSlab();
        int base = output.base(row, head);
        for (int patch = 0; patch < pair.patches; patch++) {
            int rows = pair.queryRows(patch);
            for (int l = 0; l < lanes && l / geometry.laneX < rows; l++) {
                if (l % geometry.laneX >= pair.queryColumns()) {
                    continue;
                }
                int token = pair.tokens[patch * lanes + l];
                float sum = s[at.sum(state + patch) + l];
                int to = base + token * output.tokenStride();
                int from = at.mixed(state + patch) + l * slab;
                for (int dim = 0; dim < output.dims(); dim += slab) {
                    output.write(math, s, from, 1 / sum, to + dim, Math.min(slab, output.dims() - dim));
                    from += lanes * slab;
                }
                if (operator.logSumExp()) {
                    HeadRows logSumExp = outputs.get(1);
                    float max = s[at.max(state + patch) + l];
                    logSumExp.set(
                            logSumExp.base(row, head) + token * logSumExp.tokenStride(), max * LN_2 + Math.log(sum));
                }
            }
        }
    }
}
