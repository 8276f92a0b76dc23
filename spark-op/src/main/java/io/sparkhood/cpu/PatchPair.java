package io.sparkhood.cpu;

/**
 * One or two patches of a tile, the second below the first: their queries, and what of the tile's box they see. Both see the
 * same planes on z and the same columns.
 *
 * <p>The lines of these planes are numbered {@code y * depth + z}. Because y is outermost, those of each patch, and of any rows of a
 * patch, are one interval.
 */
final class PatchPair {
    private final Tile tile;
    private final int laneY;
    private final int laneX;
    private int firstPatchY;
    private int patchX;

    /** Patches, 1 or 2. */
    int patches;
    /** Place of all queries on z. */
    private int placeZ;
    /** Planes of the box that they see, and the first of them. */
    int depth;

    int firstPlane;
    /** The lines of these planes that each patch sees. */
    final int[] firstLine = new int[2];

    final int[] endLine = new int[2];
    /** The columns of the box that both see. */
    int firstColumn;

    int endColumn;
    /** Tokens of the queries, {@code [patch][lane]}; lanes without a query of their own repeat another's. */
    final int[] tokens;

    PatchPair(Tile tile, int laneY, int laneX) {
        this.tile = tile;
        this.laneY = laneY;
        this.laneX = laneX;
        this.tokens = new int[2 * laneY * laneX];
    }

    /** Moves to a pair of the tile. */
    void moveTo(int pair) {
        placeZ = tile.firstZ + pair / tile.pairsOfPlace();
        patchX = tile.firstPatchX + pair % tile.pairsOfPlace() / tile.pairsY();
        firstPatchY = tile.firstPatchY + pair % tile.pairsY() * 2;
        firstPlane = tile.planeOf(tile.z.start(placeZ));
        depth = tile.planeOf(tile.z.end(placeZ)) - firstPlane;
        patches = Math.min(2, tile.endPatchY - firstPatchY);
        firstColumn = tile.columnOf(tile.x.firstKey(patchX));
        endColumn = tile.columnOf(tile.x.endKey(patchX));
        int at = 0;
        for (int patch = 0; patch < patches; patch++) {
            firstLine[patch] = lineOf(tile.y.firstKey(firstPatchY + patch));
            endLine[patch] = lineOf(tile.y.endKey(firstPatchY + patch));
            for (int row = 0; row < laneY; row++) {
                int first = tile.token(placeZ, queryY(patch, row), tile.x.first(patchX));
                for (int column = 0; column < laneX; column++) {
                    tokens[at++] = first + Math.min(column, queryColumns() - 1) * tile.tokenStep();
                }
            }
        }
    }

    private int lineOf(int keyY) {
        return tile.rowOf(keyY) * depth;
    }

    /** Distance on z from the queries to the keys of a line. */
    int distanceZ(int line) {
        return tile.z.start(placeZ) + line % depth - placeZ;
    }

    /** Place on y of the keys of a line. */
    int placeY(int line) {
        return tile.placeY(line / depth);
    }

    /** The most lines that one of the patches sees. */
    int mostLines() {
        int lines = endLine[0] - firstLine[0];
        return patches == 1 ? lines : Math.max(lines, endLine[1] - firstLine[1]);
    }

    /** Lanes of a run: queries that lie {@link #runStep} tokens apart, a row of a patch or, in patches of one column, all. */
    int runLanes() {
        return laneX == 1 ? laneY : laneX;
    }

    /** Tokens from one query of a run to the next. */
    int runStep() {
        return laneX == 1 ? tile.lineStep() : tile.tokenStep();
    }

    /** Runs of a patch that have queries. */
    int runs(int patch) {
        return laneX == 1 ? 1 : queryRows(patch);
    }

    /** Queries of each run of a patch. */
    int queriesOfRun(int patch) {
        return laneX == 1 ? queryRows(patch) : queryColumns();
    }

    /** Whether a lane has a query of its own. */
    boolean hasQuery(int patch, int lane) {
        return lane / laneX < queryRows(patch) && lane % laneX < queryColumns();
    }

    /** Query rows of a patch. */
    int queryRows(int patch) {
        return tile.y.length(firstPatchY + patch);
    }

    /** Query columns of both patches. */
    int queryColumns() {
        return tile.x.length(patchX);
    }

    /** Place on y of a query row; rows that the patch lacks repeat its last. */
    int queryY(int patch, int row) {
        return tile.y.first(firstPatchY + patch) + Math.min(row, queryRows(patch) - 1);
    }

    /** Place on x of a query column; columns that the patches lack repeat the last. */
    int queryX(int column) {
        return tile.x.first(patchX) + Math.min(column, queryColumns() - 1);
    }

    /** First line that a query row sees. */
    int firstLineOfRow(int patch, int row) {
        return lineOf(tile.y.start(queryY(patch, row)));
    }

    /** One past the last line that a query row sees. */
    int endLineOfRow(int patch, int row) {
        return lineOf(tile.y.end(queryY(patch, row)));
    }

    /** First column that a query column sees. */
    int firstColumnOfQuery(int column) {
        return tile.columnOf(tile.x.start(queryX(column)));
    }

    /** One past the last column that a query column sees. */
    int endColumnOfQuery(int column) {
        return tile.columnOf(tile.x.end(queryX(column)));
    }

    /** Whether a query row sees a line. */
    boolean seesLine(int patch, int row, int line) {
        return firstLineOfRow(patch, row) <= line && line < endLineOfRow(patch, row);
    }

    /** Whether a query column sees a column. */
    boolean seesColumn(int column, int boxColumn) {
        return firstColumnOfQuery(column) <= boxColumn && boxColumn < endColumnOfQuery(column);
    }

    /** Whether every query of a patch sees every key of these lines and columns. */
    boolean seesAll(int patch, int line, int endLine, int column, int endColumn) {
        return firstLineOfRow(patch, laneY - 1) <= line
                && endLine <= endLineOfRow(patch, 0)
                && firstColumnOfQuery(laneX - 1) <= column
                && endColumn <= endColumnOfQuery(0);
    }

    /** A number for the way in which the windows of a patch on y lie. */
    int patternY(int patch) {
        return tile.y.pattern(firstPatchY + patch);
    }

    /** A number for the way in which their windows on x lie. */
    int patternX() {
        return tile.x.pattern(patchX);
    }
}
