package io.sparkhood.cpu;

/**
 * Some of the packed keys that a pair of patches sees, few enough that their scores stay near: an interval of lines by an
 * interval of columns of the tile's box, or of the additional keys.
 */
final class Strip {
    /** The lines that each patch sees; an empty interval where it sees none. */
    final int[] first = new int[2];

    final int[] end = new int[2];
    int firstColumn;
    int endColumn;

    void moveTo(PatchPair pair, int line, int endLine, int firstColumn, int endColumn) {
        this.firstColumn = firstColumn;
        this.endColumn = endColumn;
        for (int patch = 0; patch < pair.patches; patch++) {
            first[patch] = Math.min(Math.max(pair.firstLine[patch], line), endLine);
            end[patch] = Math.min(Math.max(pair.endLine[patch], line), endLine);
        }
    }

    /** Moves to additional keys: lines of one key, which all queries see. */
    void moveToAdditional(int from, int to) {
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

    /** Keys of a patch. */
    int keys(int patch) {
        return (end[patch] - first[patch]) * columns();
    }
}
