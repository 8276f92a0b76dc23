package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileShapeTest {
    private static final int LANES = 16;

    /** The choice for 32 dims, at the default limit. */
    @ParameterizedTest
    @CsvSource({
        "56 56, 7 7, 2, 'TileShape[placesZ=1, patchesY=8, patchesX=7, chunkLines=35, chunkColumns=31, keyHeads=2]'",
        "28 28, 7 7, 4, 'TileShape[placesZ=1, patchesY=4, patchesX=7, chunkLines=19, chunkColumns=28, keyHeads=4]'",
        "14 14, 7 7, 8, 'TileShape[placesZ=1, patchesY=4, patchesX=4, chunkLines=14, chunkColumns=14, keyHeads=8]'",
        "7 7, 7 7, 16, 'TileShape[placesZ=1, patchesY=2, patchesX=2, chunkLines=7, chunkColumns=7, keyHeads=16]'",
        "8192, 255, 4, 'TileShape[placesZ=1, patchesY=18, patchesX=1, chunkLines=542, chunkColumns=1, keyHeads=4]'",
        "512 512, 255 255, 4, 'TileShape[placesZ=1, patchesY=8, patchesX=16, chunkLines=7, chunkColumns=318, keyHeads=1]'",
        "8 28 28, 3 7 7, 4, 'TileShape[placesZ=4, patchesY=2, patchesX=2, chunkLines=70, chunkColumns=14, keyHeads=2]'",
        "40 10 10, 9 3 3, 2, 'TileShape[placesZ=14, patchesY=2, patchesX=2, chunkLines=154, chunkColumns=7, keyHeads=2]'",
        "16 64 64, 15 15 15, 4, 'TileShape[placesZ=1, patchesY=8, patchesX=16, chunkLines=35, chunkColumns=64, keyHeads=1]'",
    })
    void choosesWhatMovesLittle(String featureMap, String kernelSize, int heads, String shape) {
        var operator = NeighborhoodAttentionOperator.on(Arrays.stream(featureMap.split(" "))
                        .map(Integer::valueOf)
                        .toArray(Integer[]::new))
                .kernelSize(Arrays.stream(kernelSize.split(" "))
                        .mapToInt(Integer::parseInt)
                        .toArray())
                .build();
        TileGeometry geometry = new TileGeometry(operator, LANES);
        assertThat(TileShape.choose(geometry, 64, LANES * 67, heads, false, 140 * 1024))
                .hasToString(shape);
    }

    @Test
    void everyChunkOfEveryTileFits() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            NeighborhoodAttentionOperator operator = new RandomAttention(random).operator;
            TileGeometry geometry = new TileGeometry(operator, LANES);
            long limit = random.nextInt(40_000);
            int heads = 1 + random.nextInt(5);
            boolean keepsStates = random.nextBoolean();
            TileShape shape = TileShape.choose(geometry, 64, 1072, heads, keepsStates, limit);
            boolean fewest = shape.chunkKeys() <= 64 || shape.chunkLines() == 1;
            assertThat(shape.chunkKeys() * shape.keyHeads() * 64 <= limit || fewest)
                    .isTrue();
            assertThat(shape.patchesY() % 2).isZero();
            assertThat(shape.keyHeads()).isBetween(1, heads);
            Tile tile = new Tile(geometry, shape);
            for (int[] place : VisitedPairsTest.places(geometry, shape)) {
                if (tile.moveTo(place[0], place[1], place[2], place[3])) {
                    assertThat(tile.chunks() == 1 || !shape.onePass(geometry))
                            .as(operator + " " + shape)
                            .isTrue();
                    int keys = 0;
                    for (int chunk = 0; chunk < tile.chunks(); chunk++) {
                        tile.moveToChunk(chunk);
                        int chunkKeys = (tile.chunkEndLine - tile.chunkLine) * tile.chunkColumns();
                        assertThat((long) chunkKeys).isBetween(1L, shape.chunkKeys());
                        keys += chunkKeys;
                    }
                    assertThat(keys).isEqualTo(tile.lines() * tile.columns());
                }
            }
        }
    }
}
