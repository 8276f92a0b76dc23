package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AxisPatchesTest {
    private static AxisWindow window(int extent, int kernelSize, int stride, boolean causal) {
        var builder = NeighborhoodAttentionOperator.on(extent)
                .kernelSize(kernelSize)
                .stride(stride)
                .causalAxes(causal ? new int[] {0} : new int[0]);
        return builder.build().window(0);
    }

    private static int[] lengths(AxisPatches patches) {
        return IntStream.range(0, patches.patches()).map(patches::length).toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "14, 7, 1, '4 2 4 4'", // 7 + 8 + 10 + 7 keys; 4 4 4 2 would have 7 + 10 + 9 + 7
        "7, 7, 1, '3 4'",
        "8, 8, 1, '4 4'",
        "12, 3, 3, '3 3 3 3'", // stride groups stay together
        "16, 8, 8, '4 4 4 4'",
        "5, 1, 1, '1 4'"
    })
    void cutsWhereWindowsChange(int extent, int kernelSize, int stride, String lengths) {
        AxisPatches patches = AxisPatches.of(window(extent, kernelSize, stride, false), extent, 4);
        assertThat(String.join(
                        " ",
                        IntStream.of(lengths(patches))
                                .mapToObj(Integer::toString)
                                .toList()))
                .isEqualTo(lengths);
    }

    @Test
    void patchesCoverTheAxisAndTheirKeysAreThoseOfTheirQueries() {
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            int extent = 1 + random.nextInt(40);
            int kernelSize = 1 + random.nextInt(extent);
            AxisWindow window = window(extent, kernelSize, 1 + random.nextInt(kernelSize), random.nextBoolean());
            int patchLength = 1 << random.nextInt(5);
            AxisPatches patches = AxisPatches.of(window, extent, patchLength);
            int place = 0;
            for (int patch = 0; patch < patches.patches(); patch++) {
                assertThat(patches.first(patch)).isEqualTo(place);
                assertThat(patches.length(patch)).isBetween(1, patchLength);
                int least = Integer.MAX_VALUE;
                int most = 0;
                for (int end = place + patches.length(patch); place < end; place++) {
                    least = Math.min(least, window.start(place, extent));
                    most = Math.max(most, window.end(place, extent));
                }
                assertThat(patches.firstKey(patch)).isEqualTo(least);
                assertThat(patches.endKey(patch)).isEqualTo(most);
            }
            assertThat(place).isEqualTo(extent);
        }
    }

    @Test
    void noOtherCutCostsLess() {
        Random random = new Random(4);
        for (int i = 0; i < 200; i++) {
            int extent = 1 + random.nextInt(11);
            int kernelSize = 1 + random.nextInt(extent);
            AxisWindow window = window(extent, kernelSize, 1 + random.nextInt(kernelSize), random.nextBoolean());
            AxisPatches patches = AxisPatches.of(window, extent, 4);
            int cost = IntStream.range(0, patches.patches())
                    .map(patch -> patches.endKey(patch) - patches.firstKey(patch) + 1)
                    .sum();
            assertThat(cost).isEqualTo(leastCost(window, extent, 0));
        }
    }

    private static int leastCost(AxisWindow window, int extent, int from) {
        int least = from == extent ? 0 : Integer.MAX_VALUE;
        for (int end = from + 1; end <= Math.min(extent, from + 4); end++) {
            int keys = window.end(end - 1, extent) - window.start(from, extent);
            least = Math.min(least, keys + 1 + leastCost(window, extent, end));
        }
        return least;
    }

    @Test
    void mostKeysOfPatchesInARow() {
        AxisPatches patches = AxisPatches.of(window(56, 7, 1, false), 56, 4);
        assertThat(patches.mostKeys(1)).isEqualTo(10);
        assertThat(patches.mostKeys(2)).isEqualTo(14);
    }

    @Test
    void aMissingAxisHasOneQueryAndOneKey() {
        AxisPatches single = AxisPatches.single();
        assertThat(lengths(single)).containsExactly(1);
        assertThat(single.endKey(0) - single.firstKey(0)).isEqualTo(1);
    }
}
