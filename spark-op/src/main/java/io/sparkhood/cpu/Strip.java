package io.sparkhood.cpu;

/**
 * Some of the packed keys that a pair of patches sees, few enough that their scores stay near: an interval of the pair's lines by
 * an interval of columns of the tile's box, or some of the additional keys.
 */
final class Strip {
    /** The lines that each patch sees; an empty interval where it sees none. */
    final int[] first = new int[2];

    final int[] end = new int[2];
    int firstColumn;
    int endColumn;
    /** Planes that the pair sees, planes that are packed, and the first of these that the pair sees; where it sees all, 1, 1 and 0. */
    int depth;

    int packedDepth;
    private int firstPlane;

    void moveTo(PatchPair pair, int packedDepth, int line, int endLine, int firstColumn, int endColumn) {
        boolean all = pair.depth == packedDepth;
        depth = all ? 1 : pair.depth;
        this.packedDepth = all ? 1 : packedDepth;
        firstPlane = pair.firstPlane;
        this.firstColumn = firstColumn;
        this.endColumn = endColumn;
        for (int patch = 0; patch < pair.patches; patch++) {
            first[patch] = Math.min(Math.max(pair.firstLine[patch], line), endLine);
            end[patch] = Math.min(Math.max(pair.endLine[patch], line), endLine);
        }
    }

    /** Moves to additional keys: lines of one key, which all queries see. */
    void moveToAdditional(int from, int to) {
        depth = 1;
        firstPlane = 0;
        packedDepth = 1;
        firstColumn = 0;
        endColumn = 1;
        first[0] = from;
        first[1] = from;
        end[0] = to;
        end[1] = to;
    }

    int columns() {
        return endColumn - firstColumn;
    }

    /** Where a line of the strip is among the packed ones. */
    int packedLine(int line) {
        return line / depth * packedDepth + firstPlane + line % depth;
    }

    /** One past the last line, up to {@code end}, until which packed lines follow each other from this line on. */
    int packedTo(int line, int end) {
        return packedDepth == 1 ? end : Math.min(end, (line / depth + 1) * depth);
    }

    /** Keys of a patch. */
    int keys(int patch) {
        return (end[patch] - first[patch]) * columns();
    }
}
