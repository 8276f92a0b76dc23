package io.sparkhood.jobs.profile;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.List;

/** The problems by which versions, machines and backends are compared: the four levels of NAT-Tiny, and five unlike them. */
public final class StandardProblems {
    private StandardProblems() {}

    /** All of them. */
    public static List<Problem> all(DType dtype) {
        return List.of(
                problem("nat1", 16, on(2, 32, dtype, 56, 56).kernelSize(7)),
                problem("nat2", 16, on(4, 32, dtype, 28, 28).kernelSize(7)),
                problem("nat3", 32, on(8, 32, dtype, 14, 14).kernelSize(7)),
                problem("nat4", 64, on(16, 32, dtype, 7, 7).kernelSize(7)),
                problem("large2d", 1, on(4, 64, dtype, 128, 128).kernelSize(13)),
                problem("dilated", 4, on(4, 32, dtype, 64, 64).kernelSize(7).dilation(4)),
                problem("sequence", 1, on(4, 64, dtype, 8192).kernelSize(255)),
                problem("video", 2, on(4, 32, dtype, 8, 28, 28).kernelSize(3, 7, 7)),
                problem("gna", 1, on(4, 64, dtype, 256, 256).kernelSize(32).stride(16)));
    }

    /**
     * Those of these names, in the order of the table.
     *
     * @throws IllegalArgumentException if one has no such name
     */
    public static List<Problem> named(List<String> names, DType dtype) {
        return new ProblemSet("--standard", all(dtype)).named(names);
    }

    private static Builder on(int heads, int headDim, DType dtype, Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap)
                .heads(heads)
                .headDim(headDim)
                .dtype(dtype);
    }

    private static Problem problem(String name, int batch, Builder operator) {
        return new Problem(name, batch, operator.build());
    }
}
