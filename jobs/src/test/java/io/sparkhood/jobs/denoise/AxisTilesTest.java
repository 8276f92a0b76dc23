package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import org.junit.jupiter.api.Test;

class AxisTilesTest {
    @Test
    void interiorsCoverTheAxisAndSeeTheWindowsOfTheUncutAxis() {
        for (int extent = 1; extent <= 45; extent++) {
            for (int kernelSize = 1; kernelSize <= Math.min(extent, 10); kernelSize++) {
                for (int maxLength : new int[] {1, 12, 20, 45}) {
                    check(AxisTiles.of(extent, kernelSize, maxLength), Math.max(maxLength, 2 * kernelSize));
                }
            }
        }
    }

    private static void check(AxisTiles tiles, int longest) {
        assertThat(tiles.length()).as("%s", tiles).isLessThanOrEqualTo(longest);
        AxisWindow uncut = window(tiles.extent(), tiles.kernelSize());
        AxisWindow cut = window(tiles.length(), tiles.kernelSize());
        int next = 0;
        for (int tile = 0; tile < tiles.count(); tile++) {
            int origin = tiles.origin(tile);
            assertThat(tiles.from(tile)).as("%s tile %d", tiles, tile).isEqualTo(next);
            for (int position = next; position < tiles.to(tile); position++) {
                assertThat(origin + cut.first(position - origin))
                        .as("%s tile %d position %d", tiles, tile, position)
                        .isEqualTo(uncut.first(position));
            }
            next = tiles.to(tile);
        }
        assertThat(next).as("%s", tiles).isEqualTo(tiles.extent());
    }

    private static AxisWindow window(int extent, int kernelSize) {
        return NeighborhoodAttentionOperator.on(extent)
                .kernelSize(kernelSize)
                .build()
                .window(0);
    }

    @Test
    void takesTheFewestTiles() {
        assertThat(AxisTiles.of(512, 21, 160)).isEqualTo(new AxisTiles(512, 21, 143, 4));
        assertThat(AxisTiles.of(100, 21, 160)).isEqualTo(new AxisTiles(100, 21, 100, 1));
        assertThat(AxisTiles.of(Integer.MAX_VALUE, 21, 160).length()).isEqualTo(160);
    }
}
