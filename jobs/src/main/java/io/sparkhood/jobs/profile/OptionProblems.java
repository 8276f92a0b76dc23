package io.sparkhood.jobs.profile;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.List;

/**
 * The problems that show what each option of the operator costs: one without any, which is the standard nat2, the same with one
 * option each, and one with all options together. An option changes the work as well, so time is compared per useful FLOP.
 */
public final class OptionProblems {
    /** The name of the problem that the others are compared with. */
    static final String PLAIN = "plain";

    private static final int BATCH = 16;

    private OptionProblems() {}

    /** All of them, of this type except the two that are named by theirs. */
    public static List<Problem> all(DType dtype) {
        return List.of(
                problem(PLAIN, plain(dtype)),
                problem("causal", plain(dtype).causalAxes(0, 1)),
                problem("stride", plain(dtype).stride(2)),
                problem("dilated", plain(dtype).dilation(2)),
                problem("bias", plain(dtype).relativePositionBias(true)),
                problem("additional", plain(dtype).additionalTokens(16)),
                problem("logSumExp", plain(dtype).logSumExp(true)),
                problem("grouped", plain(dtype).keyValueHeads(2)),
                problem("valueDim", plain(dtype).valueDim(48)),
                problem("headDim16", plain(dtype).headDim(16)),
                problem("headDim20", plain(dtype).headDim(20)),
                problem("headDim40", plain(dtype).headDim(40)),
                problem("headDim64", plain(dtype).headDim(64)),
                problem("headDim80", plain(dtype).headDim(80)),
                problem("float16", plain(DType.FLOAT16)),
                problem("bfloat16", plain(DType.BFLOAT16)),
                problem("everything", everything(dtype)));
    }

    /**
     * Those of these names, in the order of the table.
     *
     * @throws IllegalArgumentException if one has no such name
     */
    public static List<Problem> named(List<String> names, DType dtype) {
        return new ProblemSet("--options", all(dtype)).named(names);
    }

    private static Builder plain(DType dtype) {
        return NeighborhoodAttentionOperator.on(28, 28)
                .kernelSize(7)
                .heads(4)
                .headDim(32)
                .dtype(dtype);
    }

    private static Builder everything(DType dtype) {
        return plain(dtype)
                .causalAxes(1)
                .stride(2, 1)
                .dilation(1, 2)
                .relativePositionBias(true)
                .additionalTokens(4)
                .logSumExp(true)
                .keyValueHeads(2)
                .headDim(40)
                .valueDim(24);
    }

    private static Problem problem(String name, Builder operator) {
        return new Problem(name, BATCH, operator.build());
    }
}
