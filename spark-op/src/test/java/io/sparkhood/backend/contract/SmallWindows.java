package io.sparkhood.backend.contract;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.Neighborhood;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Every window that a small map has: all kernel sizes, strides, dilations and causal axes. */
final class SmallWindows {
    private SmallWindows() {}

    private record Axis(int kernelSize, int stride, int dilation, boolean causal) {}

    /** One head of one dim, scale 1. */
    static void forEach(List<Integer> featureMap, Consumer<NeighborhoodAttentionOperator> use) {
        forEach(featureMap, List.of(), use);
    }

    private static void forEach(
            List<Integer> featureMap, List<Axis> chosen, Consumer<NeighborhoodAttentionOperator> use) {
        if (chosen.size() == featureMap.size()) {
            use.accept(operator(featureMap, chosen));
            return;
        }
        for (Axis axis : axes(featureMap.get(chosen.size()))) {
            List<Axis> more = new ArrayList<>(chosen);
            more.add(axis);
            forEach(featureMap, more, use);
        }
    }

    private static List<Axis> axes(int extent) {
        List<Axis> axes = new ArrayList<>();
        for (int kernelSize = 1; kernelSize <= extent; kernelSize++) {
            for (int stride = 1; stride <= kernelSize; stride++) {
                for (int dilation = 1; dilation * kernelSize <= extent; dilation++) {
                    axes.add(new Axis(kernelSize, stride, dilation, false));
                    axes.add(new Axis(kernelSize, stride, dilation, true));
                }
            }
        }
        return axes;
    }

    private static NeighborhoodAttentionOperator operator(List<Integer> featureMap, List<Axis> axes) {
        Neighborhood neighborhood = new Neighborhood(
                axes.stream().map(Axis::kernelSize).toList(),
                axes.stream().map(Axis::stride).toList(),
                axes.stream().map(Axis::dilation).toList(),
                axes.stream().map(Axis::causal).toList());
        return new NeighborhoodAttentionOperator(
                featureMap, neighborhood, 1, 1, 1, 1, 1, 0, false, false, DType.FLOAT32);
    }
}
