package io.sparkhood.jobs.profile;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The sweep by which Hassani, Hwu and Shi compare implementations in "Faster Neighborhood Attention: Reducing the O(n^2) Cost of
 * Self Attention at the Threadblock Level" (2024), in a size that takes minutes: on 1 and 2 axes, in float32 and float16, every
 * combination of two maps, three kernel sizes, two dilations, causal or not, and two head dims.
 */
public final class PaperProblems {
    private static final int HEADS = 2;

    private PaperProblems() {}

    /** All of them. */
    public static List<Problem> all() {
        List<Problem> problems = new ArrayList<>();
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT16}) {
            add(problems, dtype, List.of(List.of(1024), List.of(4096)), new int[] {7, 31, 127}, new int[] {1, 8});
            add(problems, dtype, List.of(List.of(28, 28), List.of(56, 56)), new int[] {3, 7, 13}, new int[] {1, 2});
        }
        return List.copyOf(problems);
    }

    private static void add(
            List<Problem> problems, DType dtype, List<List<Integer>> maps, int[] kernelSizes, int[] dilations) {
        for (List<Integer> map : maps) {
            for (int kernelSize : kernelSizes) {
                for (int dilation : dilations) {
                    for (int headDim : new int[] {32, 64}) {
                        Builder builder = NeighborhoodAttentionOperator.on(map.toArray(Integer[]::new))
                                .heads(HEADS)
                                .headDim(headDim)
                                .kernelSize(kernelSize)
                                .dilation(dilation)
                                .dtype(dtype);
                        problems.add(Problem.of(1, builder.build()));
                        int[] axes = IntStream.range(0, map.size()).toArray();
                        problems.add(Problem.of(1, builder.causalAxes(axes).build()));
                    }
                }
            }
        }
    }
}
