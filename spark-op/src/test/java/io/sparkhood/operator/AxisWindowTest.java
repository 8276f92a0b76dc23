package io.sparkhood.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.contract.GoldenCase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AxisWindowTest {
    /** Every axis up to this extent, with every kernelSize, stride and dilation that fits, causal or not. */
    private static final int EXTENT = 14;

    private interface Check {
        void of(AxisWindow window, int extent, int kernelSize, int stride, int dilation, boolean causal);
    }

    private static int everyAxis(Check check) {
        int checked = 0;
        for (int extent = 1; extent <= EXTENT; extent++) {
            for (int kernelSize = 1; kernelSize <= extent; kernelSize++) {
                for (int stride = 1; stride <= kernelSize; stride++) {
                    for (int dilation = 1; dilation * kernelSize <= extent; dilation++) {
                        for (boolean causal : new boolean[] {false, true}) {
                            AxisWindow window = new AxisWindow(extent, kernelSize, stride, dilation, causal);
                            check.of(window, extent, kernelSize, stride, dilation, causal);
                            checked++;
                        }
                    }
                }
            }
        }
        return checked;
    }

    @Test
    void isTheBruteForceDefinition() {
        int checked = everyAxis((window, extent, kernelSize, stride, dilation, causal) -> {
            for (int query = 0; query < extent; query++) {
                assertThat(keys(window, query))
                        .as(
                                "query %d of extent %d kernelSize %d stride %d dilation %d causal %s",
                                query, extent, kernelSize, stride, dilation, causal)
                        .isEqualTo(nearest(extent, kernelSize, stride, dilation, causal, query));
            }
        });
        assertThat(checked).isGreaterThan(1500);
    }

    /** The keys of a query by sorting distances to its leader: no formula for borders, no clamping. */
    private static List<Integer> nearest(
            int extent, int kernelSize, int stride, int dilation, boolean causal, int query) {
        List<Integer> group = IntStream.range(0, extent)
                .filter(position -> position % dilation == query % dilation)
                .boxed()
                .toList();
        int place = group.indexOf(query);
        List<Integer> together = IntStream.range(0, group.size())
                .filter(other -> other / stride == place / stride)
                .boxed()
                .toList();
        if (causal) {
            int leader = together.get(0) + stride - 1 < group.size() ? together.get(0) + stride - 1 : group.size() - 1;
            // border rule of the causal window: it does not shift, it is cut
            return group.stream()
                    .filter(key -> group.indexOf(key) <= place && group.indexOf(key) > leader - kernelSize)
                    .toList();
        }
        int leader = Math.min(together.get(0) + stride / 2, group.size() - 1);
        double centre = kernelSize % 2 == 0 ? leader - 0.5 : leader;
        List<Integer> byDistance = new ArrayList<>(group);
        byDistance.sort(Comparator.comparingDouble(key -> Math.abs(group.indexOf(key) - centre)));
        return byDistance.subList(0, kernelSize).stream().sorted().toList();
    }

    private static List<Integer> keys(AxisWindow window, int query) {
        return IntStream.range(0, window.count(query))
                .map(slot -> window.first(query) + slot * window.dilation())
                .boxed()
                .toList();
    }

    @Test
    void containsItsOwnQueryAndIsFullUnlessCausal() {
        everyAxis((window, extent, kernelSize, stride, dilation, causal) -> {
            for (int query = 0; query < extent; query++) {
                assertThat(keys(window, query)).contains(query);
                assertThat(window.count(query)).isBetween(causal ? 1 : kernelSize, kernelSize);
            }
        });
    }

    @Test
    void agreesWithGoldenData() {
        List<String[]> lines = GoldenCase.lines("axis_windows.tsv");
        assertThat(lines).hasSize(1222);
        for (String[] fields : lines) {
            int[] n =
                    IntStream.range(0, 5).map(i -> Integer.parseInt(fields[i])).toArray();
            AxisWindow window = new AxisWindow(n[0], n[1], n[2], n[3], n[4] == 1);
            StringBuilder text = new StringBuilder();
            for (int query = 0; query < n[0]; query++) {
                int first = window.first(query);
                int count = window.count(query);
                text.append(query == 0 ? "" : " ").append(first + "," + (first + (count - 1) * n[3]) + "," + count);
            }
            assertThat(text.toString()).as(String.join(",", fields)).isEqualTo(fields[5]);
        }
    }

    @Test
    void tableIsFirstAndCountOfEveryPosition() {
        AxisWindow window = new AxisWindow(5, 3, 1, 1, false);
        assertThat(window.table()).containsExactly(0, 3, 0, 3, 1, 3, 2, 3, 2, 3);
        assertThat(new AxisWindow(3, 2, 1, 1, true).table()).containsExactly(0, 1, 0, 2, 1, 2);
    }
}
