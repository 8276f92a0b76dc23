package io.sparkhood.cpu;

/**
 * Where a worker is: one tile, with the box of keys that its queries see together.
 *
 * <p>Keys of the box are numbered {@code (y * depth + z) * columns + x}. Because y is outermost, the keys of each patch, and of
 * any rows of a patch, are one interval.
 */
final class Tile {
    private final TileGeometry geometry;
    private int groupZ;
    private int groupY;
    private int groupX;
    private AxisPatches z;
    private AxisPatches y;
    private AxisPatches x;
    private int placeZ;
    private int firstPatchY;
    private int patchX;

    /** Patches of this tile, 1 or 2. */
    int patches;
    /** The box: its first place on each axis, and its extents. */
    int boxZ;

    int boxY;
    int boxX;
    int depth;
    int rows;
    int columns;

    Tile(TileGeometry geometry) {
        this.geometry = geometry;
        this.z = geometry.z.patches(0);
        this.y = geometry.y.patches(0);
        this.x = geometry.x.patches(0);
    }

    /** Enters a dilation group and returns the number of its tiles. */
    int enterGroup(int group) {
        groupX = group % geometry.x.dilation;
        groupY = group / geometry.x.dilation % geometry.y.dilation;
        groupZ = group / geometry.x.dilation / geometry.y.dilation;
        z = geometry.z.patches(groupZ);
        y = geometry.y.patches(groupY);
        x = geometry.x.patches(groupX);
        return geometry.tiles(groupZ, groupY, groupX);
    }

    /** Moves to a tile of the group; x is the fastest axis, so that neighbours share keys. */
    void moveTo(int tile) {
        int tilesY = (y.patches() + 1) / 2;
        patchX = tile % x.patches();
        firstPatchY = tile / x.patches() % tilesY * 2;
        placeZ = tile / x.patches() / tilesY;
        patches = Math.min(2, y.patches() - firstPatchY);
        boxZ = z.firstKey(placeZ);
        boxY = y.firstKey(firstPatchY);
        boxX = x.firstKey(patchX);
        depth = z.endKey(placeZ) - boxZ;
        rows = y.endKey(firstPatchY + patches - 1) - boxY;
        columns = x.endKey(patchX) - boxX;
    }

    /** Keys of the box. */
    int keys() {
        return rows * depth * columns;
    }

    /** Number of the first key that a patch sees. */
    int firstKey(int patch) {
        return (y.firstKey(firstPatchY + patch) - boxY) * depth * columns;
    }

    /** One past the number of the last key that a patch sees. */
    int endKey(int patch) {
        return (y.endKey(firstPatchY + patch) - boxY) * depth * columns;
    }

    /** Query rows of a patch. */
    int queryRows(int patch) {
        return y.length(firstPatchY + patch);
    }

    /** Query columns of both patches. */
    int queryColumns() {
        return x.length(patchX);
    }

    /** Place on y of a query row of a patch; rows that the patch lacks repeat its last. */
    int queryY(int patch, int row) {
        return y.first(firstPatchY + patch) + Math.min(row, queryRows(patch) - 1);
    }

    /** Place on x of a query column; columns that the patches lack repeat the last. */
    int queryX(int column) {
        return x.first(patchX) + Math.min(column, queryColumns() - 1);
    }

    /** Place on z of every query. */
    int queryZ() {
        return placeZ;
    }

    /** Number of the first key that a query row of a patch sees. */
    int firstKeyOfRow(int patch, int row) {
        return (y.start(queryY(patch, row)) - boxY) * depth * columns;
    }

    /** One past the number of the last key that a query row of a patch sees. */
    int endKeyOfRow(int patch, int row) {
        return (y.end(queryY(patch, row)) - boxY) * depth * columns;
    }

    /** Whether a query row of a patch sees a row of the box. */
    boolean seesRow(int patch, int row, int boxRow) {
        int place = queryY(patch, row);
        int key = boxY + boxRow;
        return y.start(place) <= key && key < y.end(place);
    }

    /** First column of the box that a query column sees. */
    int firstColumn(int column) {
        return x.start(queryX(column)) - boxX;
    }

    /** One past the last column of the box that a query column sees. */
    int endColumn(int column) {
        return x.end(queryX(column)) - boxX;
    }

    /** Whether a query column sees a column of the box. */
    boolean seesColumn(int column, int boxColumn) {
        return firstColumn(column) <= boxColumn && boxColumn < endColumn(column);
    }

    /** Whether every query sees every column of the box. */
    boolean seesAllColumns() {
        return firstColumn(geometry.laneX - 1) == 0 && endColumn(0) == columns;
    }

    /** Token of the key or query at these places of the group. */
    int token(int placeZ, int placeY, int placeX) {
        int atZ = placeZ * geometry.z.dilation + groupZ;
        int atY = placeY * geometry.y.dilation + groupY;
        int atX = placeX * geometry.x.dilation + groupX;
        return (atZ * geometry.y.extent + atY) * geometry.x.extent + atX;
    }
}
