package io.sparkhood.cpu;

/**
 * Where a worker is: one tile, with the box of keys that its queries see together, and the chunk of the box that is packed.
 *
 * <p>Keys of the box lie in lines along x, numbered {@code y * depth + z}. Because y is outermost, the lines that the tile shares
 * with the one above are its first.
 */
final class Tile {
    private final TileGeometry geometry;
    private final TileShape shape;
    private int groupZ;
    private int groupY;
    private int groupX;
    private int boxZ;
    private int boxY;
    private int boxX;
    private int lines;
    private int columns;
    private int lineChunks;
    private int columnChunks;

    /** Counts the tiles that there were. */
    long number;

    AxisPatches z;
    AxisPatches y;
    AxisPatches x;
    /** The places on z of this tile's queries, and its patches on y and x. */
    int firstZ;

    int endZ;
    int firstPatchY;

    int endPatchY;
    int firstPatchX;
    int endPatchX;
    /** Keys on z of each place on y. */
    int depth;
    /** The chunk: intervals of lines and columns of the box. */
    int chunkLine;

    int chunkEndLine;
    int chunkColumn;
    int chunkEndColumn;

    Tile(TileGeometry geometry, TileShape shape) {
        this.geometry = geometry;
        this.shape = shape;
        this.z = geometry.z.patches(0);
        this.y = geometry.y.patches(0);
        this.x = geometry.x.patches(0);
    }

    /** Moves to a tile of a dilation group; false where a group of fewer patches has no such tile. */
    boolean moveTo(int group, int indexZ, int indexY, int indexX) {
        groupX = group % geometry.x.dilation;
        groupY = group / geometry.x.dilation % geometry.y.dilation;
        groupZ = group / geometry.x.dilation / geometry.y.dilation;
        z = geometry.z.patches(groupZ);
        y = geometry.y.patches(groupY);
        x = geometry.x.patches(groupX);
        firstZ = indexZ * shape.placesZ();
        firstPatchY = indexY * shape.patchesY();
        firstPatchX = indexX * shape.patchesX();
        if (firstZ >= z.places() || firstPatchY >= y.patches() || firstPatchX >= x.patches()) {
            return false;
        }
        number++;
        endZ = Math.min(firstZ + shape.placesZ(), z.places());
        endPatchY = Math.min(firstPatchY + shape.patchesY(), y.patches());
        endPatchX = Math.min(firstPatchX + shape.patchesX(), x.patches());
        boxZ = z.start(firstZ);
        boxY = y.firstKey(firstPatchY);
        boxX = x.firstKey(firstPatchX);
        depth = z.end(endZ - 1) - boxZ;
        lines = (y.endKey(endPatchY - 1) - boxY) * depth;
        columns = x.endKey(endPatchX - 1) - boxX;
        lineChunks = (lines - 1) / shape.chunkLines() + 1;
        columnChunks = (columns - 1) / shape.chunkColumns() + 1;
        return true;
    }

    /** Lines of the box of the tile above that this tile's box begins with: the tile above ends where this one starts. */
    int linesOfTileAbove() {
        int end = y.endKey(firstPatchY - 1);
        return Math.max(0, end - boxY) * depth;
    }

    /** Lines that the box of the tile above has before the first line of this one's. */
    int linesPassed() {
        return (boxY - y.firstKey(firstPatchY - shape.patchesY())) * depth;
    }

    /** Lines of the box. */
    int lines() {
        return lines;
    }

    /** Keys of each line of the box. */
    int columns() {
        return columns;
    }

    /** Pairs of patches, one below the other; the last of a column may be a single one. */
    int pairs() {
        return (endZ - firstZ) * pairsOfPlace();
    }

    /** Pairs of each place on z. */
    int pairsOfPlace() {
        return (endPatchX - firstPatchX) * pairsY();
    }

    int pairsY() {
        return (endPatchY - firstPatchY + 1) / 2;
    }

    int chunks() {
        return lineChunks * columnChunks;
    }

    void moveToChunk(int chunk) {
        int line = chunk / columnChunks;
        int column = chunk % columnChunks;
        chunkLine = (int) ((long) lines * line / lineChunks);
        chunkEndLine = (int) ((long) lines * (line + 1) / lineChunks);
        chunkColumn = (int) ((long) columns * column / columnChunks);
        chunkEndColumn = (int) ((long) columns * (column + 1) / columnChunks);
    }

    int chunkColumns() {
        return chunkEndColumn - chunkColumn;
    }

    /** Token of the first key of the chunk in a line of the box. */
    int tokenOfLine(int line) {
        return token(boxZ + line % depth, boxY + line / depth, boxX + chunkColumn);
    }

    /** Tokens from one key of a line to the next. */
    int tokenStep() {
        return geometry.x.dilation;
    }

    /** Whether each line of the chunk is one key, one position on y from the next. */
    boolean linesAreKeys() {
        return chunkColumns() == 1 && depth == 1;
    }

    /** Tokens from a key or query to the one below it. */
    int lineStep() {
        return geometry.y.dilation * geometry.x.extent;
    }

    /** Plane of the box of a place on z. */
    int planeOf(int keyZ) {
        return keyZ - boxZ;
    }

    /** Row of the box of a place on y. */
    int rowOf(int keyY) {
        return keyY - boxY;
    }

    /** Column of the box of a place on x. */
    int columnOf(int keyX) {
        return keyX - boxX;
    }

    /** Place on y of a row of the box. */
    int placeY(int row) {
        return boxY + row;
    }

    /** Place on x of the keys of a column. */
    int placeX(int column) {
        return boxX + column;
    }

    /** Token of the key or query at these places of the group. */
    int token(int placeZ, int placeY, int placeX) {
        int atZ = placeZ * geometry.z.dilation + groupZ;
        int atY = placeY * geometry.y.dilation + groupY;
        int atX = placeX * geometry.x.dilation + groupX;
        return (atZ * geometry.y.extent + atY) * geometry.x.extent + atX;
    }
}
