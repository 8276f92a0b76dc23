package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.List;
import org.junit.jupiter.api.Test;

class GridAxisTest {
    private static GridAxis axis(Builder builder) {
        return GridAxis.of(builder.build()).get(2);
    }

    @Test
    void axesOfExtentOneComeFirst() {
        List<GridAxis> axes = GridAxis.of(
                NeighborhoodAttentionOperator.on(5, 1, 7).kernelSize(3, 1, 2).build());
        assertThat(axes).extracting(GridAxis::extent).containsExactly(1, 5, 7);
        assertThat(axes).extracting(GridAxis::biasWidth).containsExactly(1, 5, 3);
        assertThat(axes.get(0).table()).containsExactly(0, 1);
    }

    @Test
    void tablesAreTheWindowsOfAxisWindowInPlaces() {
        for (boolean causal : new boolean[] {false, true}) {
            for (int dilation = 1; dilation <= 4; dilation++) {
                Builder builder = NeighborhoodAttentionOperator.on(17)
                        .kernelSize(4)
                        .stride(3)
                        .dilation(dilation);
                NeighborhoodAttentionOperator operator = (causal ? builder.causalAxes(0) : builder).build();
                AxisWindow window = operator.window(0);
                int[] table = GridAxis.of(operator).get(2).table();
                int[] positions = window.table();
                for (int position = 0; position < 17; position++) {
                    assertThat(table[2 * position]).isEqualTo(positions[2 * position] / dilation);
                    assertThat(table[2 * position + 1] - table[2 * position]).isEqualTo(positions[2 * position + 1]);
                    int length = window.groupLength(position % dilation);
                    assertThat(table[2 * position]).isEqualTo(window.start(position / dilation, length));
                    assertThat(table[2 * position + 1]).isEqualTo(window.end(position / dilation, length));
                }
            }
        }
    }

    @Test
    void tilesAreThoseOfTheLongestGroup() {
        GridAxis axis = axis(NeighborhoodAttentionOperator.on(17).kernelSize(2).dilation(4)); // groups of 5, 4, 4, 4
        assertThat(axis.longestGroup()).isEqualTo(5);
        assertThat(axis.tiles(4)).isEqualTo(2);
        assertThat(axis.liveTiles(4)).isEqualTo(2 + 3);
    }

    @Test
    void visitsCountKeyTilesOfEveryPart() {
        GridAxis axis = axis(NeighborhoodAttentionOperator.on(32).kernelSize(9));
        // tiles of 16 queries see keys 0 ... 19 and 12 ... 31, anchored there: 3 tiles of 8 each
        assertThat(axis.visits(16, 16, 8)).isEqualTo(3 + 3);
        // their halves: 0 ... 11, 4 ... 19 of the first, 12 ... 27, 20 ... 31 of the second
        assertThat(axis.visits(16, 8, 8)).isEqualTo(2 + 3 + 2 + 2);
    }

    @Test
    void tilesWithoutAMaskAreThoseThatAllQueriesOfAPartSee() {
        GridAxis axis = axis(NeighborhoodAttentionOperator.on(32).kernelSize(9));
        // queries 0 ... 3 all see keys 0 ... 8; no others see a whole tile, anchored at 0 and 12
        assertThat(axis.unmaskedVisits(16, 4, 8)).isEqualTo(1);
        assertThat(axis.unmaskedVisits(16, 16, 8)).isZero();
        assertThat(axis(NeighborhoodAttentionOperator.on(32).kernelSize(32)).unmaskedVisits(16, 16, 8))
                .isEqualTo(2 * 4);
    }

    @Test
    void theMostKeysAreThoseOfATileInTheMiddle() {
        assertThat(axis(NeighborhoodAttentionOperator.on(56).kernelSize(7)).mostKeys(8))
                .isEqualTo(14);
        assertThat(axis(NeighborhoodAttentionOperator.on(12).kernelSize(7)).mostKeys(8))
                .isEqualTo(11);
        assertThat(axis(NeighborhoodAttentionOperator.on(7).kernelSize(7)).mostKeys(8))
                .isEqualTo(7);
        assertThat(axis(NeighborhoodAttentionOperator.on(33).kernelSize(3).dilation(4))
                        .mostKeys(4))
                .isEqualTo(6);
        assertThat(axis(NeighborhoodAttentionOperator.on(40).kernelSize(8).stride(8))
                        .mostKeys(16))
                .isEqualTo(16);
        assertThat(axis(NeighborhoodAttentionOperator.on(40).kernelSize(5).causalAxes(0))
                        .mostKeys(8))
                .isEqualTo(12);
    }

    @Test
    void visitsOfDilationGroupsAddUp() {
        GridAxis axis = axis(NeighborhoodAttentionOperator.on(17).kernelSize(4).dilation(4));
        // each group of 4 is one tile of 4 keys; the group of 5 has queries 0 ... 3 on keys 0 ... 4, and query 4 on 1
        // ... 4
        assertThat(axis.visits(4, 4, 8)).isEqualTo(3 + 2);
        assertThat(axis.visits(4, 4, 4)).isEqualTo(3 + 2 + 1);
    }
}
