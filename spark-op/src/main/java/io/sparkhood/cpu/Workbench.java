package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodAttentionOperator;

/** What the steps of a worker share: its scratch, and where it is. */
final class Workbench {
    final Tiling tiling;
    final NeighborhoodAttentionOperator operator;
    final TileGeometry geometry;
    final TileMath math;
    final ScratchLayout at;
    final float[] s;
    final Tile tile;
    final PatchPair pair;
    final Strip strip = new Strip();
    final PackedKeys packed;
    final int lanes;
    /** Query heads that share a key. */
    final int groupHeads;

    RunTensors tensors = RunTensors.NONE;
    /** The part under way: a row, and some heads of keys. */
    long row;

    int firstKeyHead;
    int keyHeads;

    Workbench(Tiling tiling, float[] scratch) {
        this.tiling = tiling;
        operator = tiling.operator();
        geometry = tiling.geometry();
        math = tiling.math();
        at = tiling.layout();
        s = scratch;
        tile = new Tile(geometry, tiling.shape());
        pair = new PatchPair(tile, geometry.laneY, geometry.laneX);
        lanes = math.lanes();
        packed = new PackedKeys(math, at, tile, s);
        groupHeads = operator.heads() / operator.keyValueHeads();
    }

    /** Query heads of the part. */
    int heads() {
        return keyHeads * groupHeads;
    }

    /** The operator's number of a query head that is counted from the part's first. */
    int queryHead(int head) {
        return firstKeyHead * groupHeads + head;
    }
}
