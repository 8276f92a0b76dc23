package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.Arrays;
import java.util.List;

/**
 * One thread of one plan: takes tiles through packing, scores, softmax and mix.
 *
 * <pre>
 * for each chunk of keys       one, unless the window is large
 *   pack keys and values of the part's heads
 *   for each pair of patches, for each query head, for each strip of the chunk
 *     scores = masks + query . key          base 2: queries carry scale * log2(e)
 *     max, sum, mixed                       online softmax: earlier strips are rescaled to the new maximum
 * output = mixed / sum
 * </pre>
 */
final class TileWorker {
    private static final double LN_2 = Math.log(2);

    private final NeighborhoodAttentionOperator operator;
    private final TileGeometry geometry;
    private final int tileColumns;
    private final int tilesOfColumn;
    private final int tilesX;
    private final TileMath math;
    private final ScratchLayout at;
    private final HostLane lane;
    private final float[] s;
    private final Tile tile;
    private final PatchPair pair;
    private final Strip strip = new Strip();
    private final StartValues starts;
    private final PackedKeys packed;
    private final int lanes;
    private final int groupHeads;
    private final float queryFactor;
    private List<HeadRows> inputs = List.of(); // query, key, value [, additionalKeys, additionalValues]
    private List<HeadRows> outputs = List.of(); // output [, logSumExp]
    private CpuPlan.Parts parts = new CpuPlan.Parts(0, 1, 1);
    private long row;
    private int firstKeyHead; // of the part
    private int keyHeads;

    TileWorker(CpuPlan plan, HostLane lane, float[] scratch) {
        operator = plan.operator();
        geometry = plan.geometry();
        tileColumns = geometry.tileColumns(plan.shape());
        tilesOfColumn = geometry.tilesOfColumn(plan.shape());
        tilesX = geometry.x.tiles(plan.shape().patchesX());
        math = plan.math();
        at = plan.layout();
        this.lane = lane;
        s = scratch;
        tile = new Tile(geometry, plan.shape());
        pair = new PatchPair(tile, geometry.laneY, geometry.laneX);
        starts = new StartValues(plan, tile, pair, s);
        lanes = math.lanes();
        packed = new PackedKeys(math, at, tile, s);
        groupHeads = operator.heads() / operator.keyValueHeads();
        queryFactor = queryFactor(operator);
    }

    /** What queries are multiplied by, so that scores are exponents of 2. */
    static float queryFactor(NeighborhoodAttentionOperator operator) {
        return (float) (operator.scale() / LN_2);
    }

    /** Takes the tensors of a run. */
    void bind(List<HeadRows> inputs, List<HeadRows> outputs, CpuPlan.Parts parts) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.parts = parts;
    }

    /** Computes one part: some heads of some tiles, one below the other, of one dilation group of one row. */
    void compute(long part) {
        int split = (int) (part % parts.headSplits());
        long rest = part / parts.headSplits();
        int run = (int) (rest % parts.runs());
        rest /= parts.runs();
        int column = (int) (rest % tileColumns);
        rest /= tileColumns;
        int group = (int) (rest % geometry.groups());
        row = rest / geometry.groups();
        firstKeyHead = (int) ((long) operator.keyValueHeads() * split / parts.headSplits());
        keyHeads = (int) ((long) operator.keyValueHeads() * (split + 1) / parts.headSplits()) - firstKeyHead;
        packed.bind(inputs, row, firstKeyHead, keyHeads);
        int first = (int) ((long) tilesOfColumn * run / parts.runs());
        int end = (int) ((long) tilesOfColumn * (run + 1) / parts.runs());
        for (int index = first; index < end; index++) {
            if (tile.moveTo(group, column / tilesX, index, column % tilesX)) {
                attend();
            }
        }
    }

    private void attend() {
        int additional = operator.additionalTokens();
        if (tile.chunks() == 1 && additional == 0) {
            packed.packTile();
            for (int index = 0; index < tile.pairs(); index++) {
                pair.moveTo(index);
                for (int head = 0; head < keyHeads * groupHeads; head++) {
                    open(head, 0);
                    attendChunk(head, 0);
                    close(head, 0);
                }
            }
            return;
        }
        forEachPair(this::open);
        for (int chunk = 0; chunk < tile.chunks(); chunk++) {
            packed.packChunk(chunk);
            forEachPair(this::attendChunk);
        }
        for (int done = 0; done < additional; done += at.stripKeys) {
            int from = done;
            int to = Math.min(additional, from + at.stripKeys);
            packed.packAdditional(from, to);
            forEachPair((head, state) -> {
                strip.moveToAdditional(from, to);
                attendStrip(head, state, starts.ofAdditional(), starts.ofAdditional(), true);
            });
        }
        forEachPair(this::close);
    }

    /** What is done with a query head of the pair, counted from the part's first, and the number of its first running sums. */
    private interface Step {
        void run(int head, int state);
    }

    private void forEachPair(Step step) {
        int heads = keyHeads * groupHeads;
        for (int index = 0; index < tile.pairs(); index++) {
            pair.moveTo(index);
            for (int head = 0; head < heads; head++) {
                step.run(head, 2 * (index * heads + head));
            }
        }
    }

    /** Brings the queries of the pair together, for this head and as many more as fit: heads lie side by side in memory. */
    private void stage(int head) {
        HeadRows query = inputs.get(0);
        int heads = Math.min(at.stagedHeads, keyHeads * groupHeads - head);
        int base = query.base(row, firstKeyHead * groupHeads + head);
        int step = pair.runStep() * query.tokenStride();
        int to = at.staged(0);
        for (int first = 0; first < pair.patches * lanes; first += pair.runLanes()) {
            int from = base + pair.tokens[first] * query.tokenStride();
            int count = pair.queriesOfRun(first / lanes);
            query.pack(
                    math,
                    from,
                    step,
                    count,
                    query.dims(),
                    heads,
                    query.dims(),
                    s,
                    to,
                    at.stagedStride,
                    at.stagedPitch());
            to += pair.runLanes() * at.stagedStride;
        }
    }

    /** Starts a head: its queries with the lane fastest, nothing seen yet. */
    private void open(int head, int state) {
        if (head % at.stagedHeads == 0) {
            stage(head);
        }
        for (int patch = 0; patch < pair.patches; patch++) {
            int staged = at.staged(head % at.stagedHeads) + patch * lanes * at.stagedStride;
            math.transpose(s, staged, at.stagedStride, queryFactor, operator.headDim(), at.query(state + patch));
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
        int absolute = firstKeyHead * groupHeads + head;
        int columnStrips = (endColumn - column - 1) / at.stripKeys + 1;
        int lines = endLine - line;
        for (int i = 0; i < columnStrips; i++) {
            int from = column + (endColumn - column) * i / columnStrips;
            int to = column + (endColumn - column) * (i + 1) / columnStrips;
            int stripLines = at.stripKeys / (to - from);
            int lineStrips = pair.mostLines() <= stripLines ? 1 : (lines - 1) / stripLines + 1;
            for (int j = 0; j < lineStrips; j++) {
                strip.moveTo(
                        pair,
                        line + (int) ((long) lines * j / lineStrips),
                        line + (int) ((long) lines * (j + 1) / lineStrips),
                        from,
                        to);
                attendStrip(
                        head,
                        state,
                        starts.of(strip, 0, absolute),
                        last == 0 ? 0 : starts.of(strip, 1, absolute),
                        false);
            }
        }
    }

    private void attendStrip(int head, int state, int start, int nextStart, boolean additional) {
        int keyHead = head / groupHeads;
        score(keyHead, state, start, nextStart);
        for (int patch = 0; patch < pair.patches; patch++) {
            if (strip.keys(patch) > 0) {
                weigh(state + patch, at.scores + patch * at.patchStride, strip.keys(patch));
            }
        }
        for (int slab = 0; slab < at.valueSlabs; slab++) {
            for (int patch = 0; patch < pair.patches; patch++) {
                mix(keyHead, slab, state + patch, patch, additional);
            }
        }
    }

    /** Lines that only the first patch sees, that both see, and that only the second sees. */
    private void score(int keyHead, int state, int start, int nextStart) {
        if (pair.patches == 1) {
            scoreOne(keyHead, state, 0, start, strip.first[0], strip.end[0]);
            return;
        }
        int bothFirst = Math.max(strip.first[0], strip.first[1]);
        int bothEnd = Math.min(strip.end[0], strip.end[1]);
        if (bothFirst >= bothEnd) {
            scoreOne(keyHead, state, 0, start, strip.first[0], strip.end[0]);
            scoreOne(keyHead, state, 1, nextStart, strip.first[1], strip.end[1]);
            return;
        }
        scoreOne(keyHead, state, 0, start, strip.first[0], bothFirst);
        boolean merged = strip.columns() == packed.pitch;
        int lines = bothEnd - bothFirst;
        int done = (bothFirst - strip.first[0]) * strip.columns() * lanes;
        int nextDone = (bothFirst - strip.first[1]) * strip.columns() * lanes;
        math.scorePair(
                s,
                at.query(state),
                at.query(state + 1),
                packed.key(keyHead, bothFirst, strip.firstColumn),
                at.keySlabStride,
                operator.headDim(),
                start + done,
                nextStart + nextDone,
                at.scores + done,
                at.scores + at.patchStride + nextDone,
                merged ? 1 : lines,
                merged ? lines * packed.pitch : strip.columns(),
                packed.pitch);
        scoreOne(keyHead, state, 1, nextStart, bothEnd, strip.end[1]);
    }

    private void scoreOne(int keyHead, int state, int patch, int start, int line, int endLine) {
        if (line < endLine) {
            boolean merged = strip.columns() == packed.pitch;
            int done = (line - strip.first[patch]) * strip.columns() * lanes;
            math.score(
                    s,
                    at.query(state + patch),
                    packed.key(keyHead, line, strip.firstColumn),
                    at.keySlabStride,
                    operator.headDim(),
                    start + done,
                    at.scores + patch * at.patchStride + done,
                    merged ? 1 : endLine - line,
                    merged ? (endLine - line) * packed.pitch : strip.columns(),
                    packed.pitch);
        }
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
    private void mix(int keyHead, int slab, int state, int patch, boolean additional) {
        int width = math.valueSlab();
        int step = math.mixLanes();
        int rows = pair.queryRows(patch);
        int dims = Math.min(width, operator.valueDim() - slab * width);
        for (int l = 0; l < lanes && l / geometry.laneX < rows; l += step) {
            int line = strip.first[patch];
            int endLine = strip.end[patch];
            if (!additional) {
                line = Math.max(line, pair.firstLineOfRow(patch, l / geometry.laneX));
                endLine = Math.min(endLine, pair.endLineOfRow(patch, (l + step - 1) / geometry.laneX));
            }
            if (line < endLine) {
                int count = (endLine - line) * strip.columns();
                int done = (line - strip.first[patch]) * strip.columns() * lanes;
                int weights = at.scores + patch * at.patchStride + done + l;
                int value = packed.value(keyHead, slab, line, strip.firstColumn);
                int mixed = at.mixed(state) + (slab * lanes + l) * width;
                math.mix(s, weights, value, packed.valueOffsets(strip.columns()), count, mixed, dims);
            }
        }
    }

    /** Ends a head: output = mixed / sum, for the queries that exist. */
    private void close(int head, int state) {
        HeadRows output = outputs.get(0);
        int base = output.base(row, firstKeyHead * groupHeads + head);
        int width = math.valueSlab();
        int step = pair.runStep() * output.tokenStride();
        for (int patch = 0; patch < pair.patches; patch++) {
            int count = pair.queriesOfRun(patch);
            for (int run = 0; run < pair.runs(patch); run++) {
                int l = run * pair.runLanes();
                int to = base + pair.tokens[patch * lanes + l] * output.tokenStride();
                int mixed = at.mixed(state + patch) + l * width;
                for (int dim = 0; dim < output.dims(); dim += width) {
                    int dims = Math.min(width, output.dims() - dim);
                    output.write(math, s, mixed, at.sum(state + patch) + l, to + dim, step, count, dims);
                    mixed += lanes * width;
                }
            }
        }
        if (operator.logSumExp()) {
            writeLogSumExp(outputs.get(1), firstKeyHead * groupHeads + head, state);
        }
    }

    private void writeLogSumExp(HeadRows logSumExp, int head, int state) {
        int base = logSumExp.base(row, head);
        for (int patch = 0; patch < pair.patches; patch++) {
            for (int l = 0; l < pair.queryRows(patch) * geometry.laneX; l++) {
                if (l % geometry.laneX < pair.queryColumns()) {
                    int to = base + pair.tokens[patch * lanes + l] * logSumExp.tokenStride();
                    double sum = s[at.sum(state + patch) + l];
                    logSumExp.set(to, s[at.max(state + patch) + l] * LN_2 + Math.log(sum));
                }
            }
        }
    }
}
