package io.sparkhood.cpu;

/** Queries of a pair of patches against the keys of a strip: scores, in the scratch, with the lane fastest. */
final class TileScoring {
    private final Workbench bench;
    private final TileMath math;
    private final ScratchLayout at;
    private final float[] s;
    private final PatchPair pair;
    private final Strip strip;
    private final PackedKeys packed;
    private final StartValues starts;
    private final int lanes;

    TileScoring(Workbench bench) {
        this.bench = bench;
        math = bench.math;
        at = bench.at;
        s = bench.s;
        pair = bench.pair;
        strip = bench.strip;
        packed = bench.packed;
        starts = new StartValues(bench);
        lanes = bench.lanes;
    }

    /** Transposes the queries of a head so that the lane is fastest. */
    void open(int head, int state) {
        if (head % at.stagedHeads == 0) {
            stage(head);
        }
        float factor = bench.tiling.queryFactor();
        for (int patch = 0; patch < pair.patches; patch++) {
            int staged = at.staged(head % at.stagedHeads) + patch * lanes * at.stagedStride;
            math.transpose(s, staged, at.stagedStride, factor, bench.operator.headDim(), at.query(state + patch));
        }
    }

    /** Brings the queries of the pair together, for this head and as many more as fit: heads lie side by side in memory. */
    private void stage(int head) {
        HeadRows query = bench.tensors.query().get(0);
        int heads = Math.min(at.stagedHeads, bench.heads() - head);
        int step = pair.runStep() * query.tokenStride();
        int to = at.staged(0);
        for (int first = 0; first < pair.patches * lanes; first += pair.runLanes()) {
            int from = query.place(bench.row, pair.tokens[first], bench.queryHead(head));
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

    /** Scores the queries against the strip. */
    void score(int head, int state, boolean additional) {
        int keyHead = head / bench.groupHeads;
        if (additional) {
            score(keyHead, state, starts.ofAdditional(), starts.ofAdditional());
            return;
        }
        int absolute = bench.queryHead(head);
        int start = starts.of(strip, 0, absolute);
        score(keyHead, state, start, pair.patches == 1 ? 0 : starts.of(strip, 1, absolute));
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
        for (int line = bothFirst, next; line < bothEnd; line = next) {
            next = strip.packedTo(line, bothEnd);
            int lines = next - line;
            int done = (line - strip.first[0]) * strip.columns() * lanes;
            int nextDone = (line - strip.first[1]) * strip.columns() * lanes;
            math.scorePair(
                    s,
                    at.query(state),
                    at.query(state + 1),
                    packed.key(keyHead, strip.packedLine(line), strip.firstColumn),
                    at.keySlab,
                    at.keySlabStride,
                    bench.operator.headDim(),
                    start + done,
                    nextStart + nextDone,
                    at.scores + done,
                    at.scores + at.patchStride + nextDone,
                    merged ? 1 : lines,
                    merged ? lines * packed.pitch : strip.columns(),
                    packed.pitch);
        }
        scoreOne(keyHead, state, 1, nextStart, bothEnd, strip.end[1]);
    }

    private void scoreOne(int keyHead, int state, int patch, int start, int firstLine, int endLine) {
        boolean merged = strip.columns() == packed.pitch;
        for (int line = firstLine, next; line < endLine; line = next) {
            next = strip.packedTo(line, endLine);
            int lines = next - line;
            int done = (line - strip.first[patch]) * strip.columns() * lanes;
            math.score(
                    s,
                    at.query(state + patch),
                    packed.key(keyHead, strip.packedLine(line), strip.firstColumn),
                    at.keySlab,
                    at.keySlabStride,
                    bench.operator.headDim(),
                    start + done,
                    at.scores + patch * at.patchStride + done,
                    merged ? 1 : lines,
                    merged ? lines * packed.pitch : strip.columns(),
                    packed.pitch);
        }
    }
}
