package io.sparkhood.cpu;

import io.sparkhood.operator.DType;
import java.util.Arrays;

/**
 * Scores or weights of a strip on their way between the scratch, {@code [key][lane]}, and memory, {@code [token][head][slot]}:
 * each query has its own keys there, in the order of its slots. A run is the keys of a query on one line.
 */
final class SlotRuns {
    private static final float LOG2_E = (float) (1 / Math.log(2));

    /** No score that is not masked is below this. */
    private static final float LOWEST = TileMath.MASKED / 2;

    private final Workbench bench;
    private final float[] s;
    private final PatchPair pair;
    private final Strip strip;
    private final int lanes;
    private final int laneX;
    private final int kernelY;
    private final int kernelX;
    private final int slotsOnGrid;
    private final Move move;

    /** What is done with a run: {@code count} slots from {@code slot} on, {@code step} floats apart in the scratch. */
    @FunctionalInterface
    interface Move {
        void run(float[] s, int from, int step, HeadRows memory, int slot, int count);
    }

    SlotRuns(Workbench bench, Move move) {
        this.bench = bench;
        this.move = move;
        s = bench.s;
        pair = bench.pair;
        strip = bench.strip;
        lanes = bench.lanes;
        laneX = bench.geometry.laneX;
        int rank = bench.operator.rank();
        kernelY = bench.operator.window(Math.max(0, rank - 2)).kernelSize();
        kernelX = rank == 1 ? 1 : bench.operator.window(rank - 1).kernelSize();
        slotsOnGrid = (int) bench.operator.slots() - bench.operator.additionalTokens();
    }

    /** Moves all runs of the strip. */
    void move(int head, boolean additional) {
        for (int patch = 0; patch < pair.patches; patch++) {
            int scores = bench.at.scores + patch * bench.at.patchStride;
            for (int lane = 0; lane < lanes; lane++) {
                if (!pair.hasQuery(patch, lane) || strip.keys(patch) == 0) {
                    continue;
                }
                if (additional) {
                    int slot = slots(head, patch, lane) + slotsOnGrid + strip.first[patch];
                    move.run(s, scores + lane, lanes, memory(), slot, strip.keys(patch));
                } else {
                    moveLines(patch, lane, scores + lane, slots(head, patch, lane));
                }
            }
        }
    }

    private HeadRows memory() {
        return bench.tensors.weights().get(0);
    }

    /** Place of the first slot of a query. */
    private int slots(int head, int patch, int lane) {
        return memory().place(bench.row, pair.tokens[patch * lanes + lane], bench.queryHead(head));
    }

    private void moveLines(int patch, int lane, int scores, int slots) {
        int row = lane / laneX;
        int firstLine = pair.firstLineOfRow(patch, row);
        int line = Math.max(firstLine, strip.first[patch]);
        int endLine = Math.min(pair.endLineOfRow(patch, row), strip.end[patch]);
        int firstColumn = pair.firstColumnOfQuery(lane % laneX);
        int column = Math.max(firstColumn, strip.firstColumn);
        int columns = Math.min(pair.endColumnOfQuery(lane % laneX), strip.endColumn) - column;
        if (line >= endLine || columns <= 0) {
            return;
        }
        int step = strip.columns() * lanes;
        int from = scores + (line - strip.first[patch]) * step + (column - strip.firstColumn) * lanes;
        if (kernelX == 1 && pair.depth == 1) { // the keys of a query are one below the other, and so are its slots
            move.run(s, from, step, memory(), slots + line - firstLine, endLine - line);
            return;
        }
        for (; line < endLine; line++) {
            int slotLine = line % pair.depth * kernelY + (line - firstLine) / pair.depth;
            move.run(s, from, lanes, memory(), slots + slotLine * kernelX + column - firstColumn, columns);
            from += step;
        }
    }

    /** Makes -infinity of all slots on the grid of the pair's queries. */
    void clear(int head) {
        HeadRows memory = memory();
        for (int patch = 0; patch < pair.patches; patch++) {
            for (int lane = 0; lane < lanes; lane++) {
                if (pair.hasQuery(patch, lane)) {
                    memory.fill(slots(head, patch, lane), slotsOnGrid, Float.NEGATIVE_INFINITY);
                }
            }
        }
    }

    /** Gives every key of the strip the same score or weight for every lane. */
    void fill(float value) {
        for (int patch = 0; patch < pair.patches; patch++) {
            int scores = bench.at.scores + patch * bench.at.patchStride;
            Arrays.fill(s, scores, scores + strip.keys(patch) * lanes, value);
        }
    }

    /** Scores to memory; a score that a bias of -infinity masks is -infinity there. */
    static void store(float[] s, int from, int step, HeadRows memory, int slot, int count) {
        float[] floats = memory.floats();
        int at = from;
        if (floats.length == 0) {
            for (int i = 0; i < count; i++, at += step) {
                float score = s[at] < LOWEST ? Float.NEGATIVE_INFINITY : s[at];
                LittleEndian.set(DType.FLOAT32, memory.bytes(), slot + i, score);
            }
            return;
        }
        for (int i = 0; i < count; i++, at += step) {
            floats[slot + i] = s[at] < LOWEST ? Float.NEGATIVE_INFINITY : s[at];
        }
    }

    /** Weights from memory. */
    static void load(float[] s, int from, int step, HeadRows memory, int slot, int count) {
        float[] floats = memory.floats();
        int at = from;
        for (int i = 0; i < count; i++, at += step) {
            s[at] = floats.length == 0 ? LittleEndian.get(DType.FLOAT32, memory.bytes(), slot + i) : floats[slot + i];
        }
    }

    /** Scores from memory, in base 2; -infinity becomes a mask. */
    static void loadScores(float[] s, int from, int step, HeadRows memory, int slot, int count) {
        load(s, from, step, memory, slot, count);
        int at = from;
        for (int i = 0; i < count; i++, at += step) {
            float score = s[at] * LOG2_E;
            s[at] = score < TileMath.MASKED ? TileMath.MASKED : score;
        }
    }
}
