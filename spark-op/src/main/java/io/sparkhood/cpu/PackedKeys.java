package io.sparkhood.cpu;

/**
 * The keys and values of a chunk of a tile, or of additional keys, in the scratch of a thread: for each head of a part one plane
 * of keys and one of values, line by line.
 */
final class PackedKeys {
    private final TileMath math;
    private final ScratchLayout at;
    private final Tile tile;
    private final float[] s;
    private final int[] valueOffsets; // [stripKeys]
    private int offsetsOfColumns;
    private int offsetsOfPitch;
    private int offsetsOfPhase;
    private int offsetsOfDepth;
    private int offsetsOfPackedDepth;
    private RunTensors tensors = RunTensors.NONE;
    private long row;
    private int firstHead;
    private int heads;
    private int firstLine;
    private int firstColumn;
    private boolean wholeTile; // what is packed is all keys of the tile

    /** Keys of each packed line. */
    int pitch;

    PackedKeys(TileMath math, ScratchLayout at, Tile tile, float[] s) {
        this.math = math;
        this.at = at;
        this.tile = tile;
        this.s = s;
        this.valueOffsets = new int[at.stripKeys];
    }

    /** Takes the tensors, the row and the heads of keys of a part; nothing is packed then. */
    void bind(RunTensors tensors, long row, int firstHead, int heads) {
        this.tensors = tensors;
        this.row = row;
        this.firstHead = firstHead;
        this.heads = heads;
        wholeTile = false;
    }

    /** Packs all keys of the tile, or those that the tile above, packed last, has not left. */
    void packTile() {
        int kept = wholeTile ? keepLines() : 0;
        tile.moveToChunk(0);
        pack(kept);
        wholeTile = true;
    }

    /** Packs the keys of a chunk. */
    void packChunk(int chunk) {
        tile.moveToChunk(chunk);
        pack(0);
        wholeTile = false;
    }

    /** Packs additional keys. */
    void packAdditional(int from, int to) {
        firstLine = from;
        firstColumn = 0;
        pitch = 1;
        packKeys(1, from, 1, to - from, 0);
        packValues(1, from, 1, to - from, 0);
        wholeTile = false;
    }

    /** Moves the lines that the tile above has left to where this tile has them, and returns their number. */
    private int keepLines() {
        int lines = Math.min(tile.linesOfTileAbove(), tile.lines());
        int keys = lines * pitch;
        int passed = tile.linesPassed() * pitch;
        if (passed > 0) {
            for (int head = 0; head < heads; head++) {
                keep(at.keys(head), at.keySlabs, at.keySlabStride, keys, passed, at.keySlab);
                keep(at.values(head), at.valueSlabs, at.valueSlabStride, keys, passed, at.valueSlab);
            }
        }
        return lines;
    }

    private void keep(int plane, int slabs, int slabStride, int keys, int passed, int width) {
        for (int slab = 0; slab < slabs; slab++) {
            int to = plane + slab * slabStride;
            System.arraycopy(s, to + passed * width, s, to, keys * width);
        }
    }

    private void pack(int keptLines) {
        firstLine = tile.chunkLine;
        firstColumn = tile.chunkColumn;
        pitch = tile.chunkColumns();
        int line = firstLine + keptLines;
        int keys = keptLines * pitch;
        if (tile.linesAreKeys()) {
            int count = tile.chunkEndLine - line;
            packKeys(0, tile.tokenOfLine(line), tile.lineStep(), count, keys);
            packValues(0, tile.tokenOfLine(line), tile.lineStep(), count, keys);
            return;
        }
        for (; line < tile.chunkEndLine; line++) {
            packKeys(0, tile.tokenOfLine(line), tile.tokenStep(), pitch, keys);
            packValues(0, tile.tokenOfLine(line), tile.tokenStep(), pitch, keys);
            keys += pitch;
        }
    }

    /** Those of the grid are the first tensor, the additional ones the second; a pass without keys has none. */
    private void packKeys(int which, int token, int tokenStep, int count, int place) {
        if (tensors.keys().isEmpty()) {
            return;
        }
        HeadRows key = tensors.keys().get(which);
        int width = at.keySlab;
        int headPitch = at.keys(1) - at.keys(0);
        pack(key, token, tokenStep, count, at.keys(0) + place * width, width, at.keySlabStride, headPitch);
    }

    private void packValues(int which, int token, int tokenStep, int count, int place) {
        if (tensors.values().isEmpty()) {
            return;
        }
        HeadRows value = tensors.values().get(which);
        int width = at.valueSlab;
        int headPitch = at.values(1) - at.values(0);
        pack(value, token, tokenStep, count, at.values(0) + place * width, width, at.valueSlabStride, headPitch);
    }

    private void pack(
            HeadRows rows, int token, int tokenStep, int count, int to, int width, int slabStride, int headPitch) {
        int from = rows.place(row, token, firstHead);
        int step = tokenStep * rows.tokenStride();
        if (rows.dims() % width == 0) { // slabs lie as heads do: one pass in the order of memory
            int slabs = heads * (rows.dims() / width);
            rows.pack(math, from, step, count, width, slabs, width, s, to, width, slabStride);
            return;
        }
        for (int dim = 0; dim < rows.dims(); dim += width) {
            int dims = Math.min(width, rows.dims() - dim);
            int slab = to + dim / width * slabStride;
            rows.pack(math, from + dim, step, count, rows.dims(), heads, dims, s, slab, width, headPitch);
        }
    }

    /** Place of a key of a head, counted from the part's first. */
    int key(int head, int line, int column) {
        return at.keys(head) + number(line, column) * at.keySlab;
    }

    /** Place of a value of a head in a slab. */
    int value(int head, int slab, int line, int column) {
        return at.values(head) + slab * at.valueSlabStride + number(line, column) * at.valueSlab;
    }

    private int number(int line, int column) {
        return (line - firstLine) * pitch + column - firstColumn;
    }

    /** Where values lie, seen from the first, for keys of a strip from this line on. */
    int[] valueOffsets(Strip strip, int firstLine) {
        int columns = strip.columns();
        int phase = firstLine % strip.depth;
        if (columns == offsetsOfColumns
                && pitch == offsetsOfPitch
                && phase == offsetsOfPhase
                && strip.depth == offsetsOfDepth
                && strip.packedDepth == offsetsOfPackedDepth) {
            return valueOffsets;
        }
        offsetsOfColumns = columns;
        offsetsOfPitch = pitch;
        offsetsOfPhase = phase;
        offsetsOfDepth = strip.depth;
        offsetsOfPackedDepth = strip.packedDepth;
        int first = strip.packedLine(firstLine);
        for (int i = 0, line = firstLine; i < valueOffsets.length; line++) {
            int key = (strip.packedLine(line) - first) * pitch;
            for (int column = 0; column < columns && i < valueOffsets.length; column++) {
                valueOffsets[i++] = (key + column) * at.valueSlab;
            }
        }
        return valueOffsets;
    }
}
