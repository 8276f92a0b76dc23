package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.contract.AttentionCases;
import io.sparkhood.backend.contract.NamedCase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pairs that a plan says it visits, against a walk over its tiles. */
class VisitedPairsTest {
    private static final int LANES = 8;

    static List<NamedCase> cases() {
        return AttentionCases.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void countsLanesTimesKeysOfEveryPatch(NamedCase named) {
        TileGeometry geometry = new TileGeometry(named.operator(), LANES);
        TileShape shape = TileShape.choose(geometry, 64, 1024, 2, false, 16 * 1024);
        int additional = named.operator().additionalTokens();
        Tile tile = new Tile(geometry, shape);
        PatchPair pair = new PatchPair(tile, geometry.laneY, geometry.laneX);
        long pairs = 0;
        long queries = 0;
        for (int[] place : places(geometry, shape)) {
            if (!tile.moveTo(place[0], place[1], place[2], place[3])) {
                continue;
            }
            for (int i = 0; i < tile.pairs(); i++) {
                pair.moveTo(i);
                int columns = pair.endColumn - pair.firstColumn;
                for (int patch = 0; patch < pair.patches; patch++) {
                    int lines = pair.endLine[patch] - pair.firstLine[patch];
                    pairs += (long) LANES * (lines * columns + additional);
                    queries += (long) pair.queryRows(patch) * pair.queryColumns();
                }
            }
        }
        assertThat(queries).isEqualTo(named.operator().tokens());
        assertThat(geometry.visitedPairs(additional)).isEqualTo(pairs);
    }

    /** Group, z, y and x of all tiles, and of those that shorter groups lack. */
    static List<int[]> places(TileGeometry geometry, TileShape shape) {
        List<int[]> places = new ArrayList<>();
        int tilesX = geometry.x.tiles(shape.patchesX());
        for (int group = 0; group < geometry.groups(); group++) {
            for (int column = 0; column < geometry.tileColumns(shape); column++) {
                for (int y = 0; y < geometry.tilesOfColumn(shape); y++) {
                    places.add(new int[] {group, column / tilesX, y, column % tilesX});
                }
            }
        }
        return places;
    }
}
