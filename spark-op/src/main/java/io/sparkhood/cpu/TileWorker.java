package io.sparkhood.cpu;

/**
 * One thread of one pass: takes tiles through packing and the steps of the pass.
 *
 * <pre>
 * for each chunk of keys       one, unless the window is large
 *   pack keys and values of the part's heads
 *   for each pair of patches, for each query head, for each strip of the chunk
 *     the step of the pass
 * </pre>
 */
final class TileWorker implements PassWorker {
    private final Workbench bench;
    private final TileSteps steps;
    private final HostLane lane;
    private final TileGeometry geometry;
    private final ScratchLayout at;
    private final Tile tile;
    private final PatchPair pair;
    private final Strip strip;
    private final PackedKeys packed;
    private final int tileColumns;
    private final int tilesOfColumn;
    private final int tilesX;
    private Tiling.Parts parts = new Tiling.Parts(0, 1, 1);

    TileWorker(Workbench bench, TileSteps steps, HostLane lane) {
        this.bench = bench;
        this.steps = steps;
        this.lane = lane;
        geometry = bench.geometry;
        at = bench.at;
        tile = bench.tile;
        pair = bench.pair;
        strip = bench.strip;
        packed = bench.packed;
        TileShape shape = bench.tiling.shape();
        tileColumns = geometry.tileColumns(shape);
        tilesOfColumn = geometry.tilesOfColumn(shape);
        tilesX = geometry.x.tiles(shape.patchesX());
    }

    /** A worker of attention in one pass. */
    static TileWorker fused(Tiling tiling, HostLane lane, float[] scratch) {
        Workbench bench = new Workbench(tiling, scratch);
        return new TileWorker(bench, new FusedSteps(bench), lane);
    }

    @Override
    public void bind(RunTensors tensors, Tiling.Parts parts) {
        bench.tensors = tensors;
        this.parts = parts;
    }

    /** Computes one part: some heads of some tiles, one below the other, of one dilation group of one row. */
    @Override
    public void compute(long part) {
        int split = (int) (part % parts.headSplits());
        long rest = part / parts.headSplits();
        int run = (int) (rest % parts.runs());
        rest /= parts.runs();
        int column = (int) (rest % tileColumns);
        rest /= tileColumns;
        int group = (int) (rest % geometry.groups());
        bench.row = rest / geometry.groups();
        bench.firstKeyHead = (int) ((long) bench.operator.keyValueHeads() * split / parts.headSplits());
        int endKeyHead = (int) ((long) bench.operator.keyValueHeads() * (split + 1) / parts.headSplits());
        bench.keyHeads = endKeyHead - bench.firstKeyHead;
        packed.bind(bench.tensors, bench.row, bench.firstKeyHead, bench.keyHeads);
        int first = (int) ((long) tilesOfColumn * run / parts.runs());
        int end = (int) ((long) tilesOfColumn * (run + 1) / parts.runs());
        for (int index = first; index < end; index++) {
            if (tile.moveTo(group, column / tilesX, index, column % tilesX)) {
                attend();
            }
        }
    }

    private void attend() {
        int additional = bench.operator.additionalTokens();
        if (tile.chunks() == 1 && additional == 0) {
            packed.packTile();
            for (int index = 0; index < tile.pairs(); index++) {
                pair.moveTo(index);
                for (int head = 0; head < bench.heads(); head++) {
                    steps.open(head, 0);
                    attendChunk(head, 0);
                    steps.close(head, 0);
                }
            }
            return;
        }
        forEachPair(steps::open);
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
                steps.strip(head, state, true);
            });
        }
        forEachPair(steps::close);
    }

    /** What is done with a query head of the pair, counted from the part's first, and the number of its first running sums. */
    private interface Step {
        void run(int head, int state);
    }

    private void forEachPair(Step step) {
        int heads = bench.heads();
        for (int index = 0; index < tile.pairs(); index++) {
            pair.moveTo(index);
            for (int head = 0; head < heads; head++) {
                step.run(head, 2 * (index * heads + head));
            }
        }
    }

    /** Brings the packed keys that the pair sees to its running sums, strip by strip. */
    private void attendChunk(int head, int state) {
        lane.requireNotCancelled();
        int last = pair.patches - 1;
        // a tile cut into chunks has one place on z, where the pair's lines are numbered as the tile's; any other is
        // one chunk
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
            int stripLines = at.stripKeys / (to - from);
            int lineStrips = pair.mostLines() <= stripLines ? 1 : (lines - 1) / stripLines + 1;
            for (int j = 0; j < lineStrips; j++) {
                strip.moveTo(
                        pair,
                        tile.depth,
                        line + (int) ((long) lines * j / lineStrips),
                        line + (int) ((long) lines * (j + 1) / lineStrips),
                        from,
                        to);
                steps.strip(head, state, false);
            }
        }
    }
}
