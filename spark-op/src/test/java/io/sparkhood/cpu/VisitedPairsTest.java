package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.contract.AttentionCases;
import io.sparkhood.backend.contract.NamedCase;
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
        int additional = named.operator().additionalTokens();
        Tile tile = new Tile(geometry);
        long pairs = 0;
        long queries = 0;
        for (int group = 0; group < geometry.groups(); group++) {
            int tiles = tile.enterGroup(group);
            for (int index = 0; index < tiles; index++) {
                tile.moveTo(index);
                for (int patch = 0; patch < tile.patches; patch++) {
                    pairs += (long) LANES * (tile.endKey(patch) - tile.firstKey(patch) + additional);
                    queries += (long) tile.queryRows(patch) * tile.queryColumns();
                }
            }
        }
        assertThat(queries).isEqualTo(named.operator().tokens());
        assertThat(geometry.visitedPairs(additional)).isEqualTo(pairs);
    }
}
