package io.sparkhood.jobs;

import io.sparkhood.jobs.profile.Problem;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that describe one problem: an operator without data. */
final class ProblemOptions {
    @Option(
            names = "--feature-map",
            split = ",",
            paramLabel = "N",
            description = "Extents of the token grid, such as 56,56.")
    Integer @Nullable [] featureMap;

    @Option(
            names = "--kernel-size",
            split = ",",
            paramLabel = "N",
            description = "Keys that a query sees per axis, such as 7,7; one value stands for all axes.")
    int @Nullable [] kernelSize;

    @Option(names = "--batch", paramLabel = "N", description = "Rows of one run. Default: 1.")
    @Nullable
    Integer batch;

    @Option(names = "--heads", paramLabel = "N", description = "Query heads. Default: 1.")
    @Nullable
    Integer heads;

    @Option(names = "--head-dim", paramLabel = "N", description = "Elements of a query or key. Default: 32.")
    @Nullable
    Integer headDim;

    @Option(names = "--key-value-heads", paramLabel = "N", description = "Key and value heads. Default: the heads.")
    @Nullable
    Integer keyValueHeads;

    @Option(names = "--value-dim", paramLabel = "N", description = "Elements of a value. Default: those of a key.")
    @Nullable
    Integer valueDim;

    @Option(names = "--stride", split = ",", paramLabel = "N", description = "Queries that share a window. Default: 1.")
    int @Nullable [] stride;

    @Option(names = "--dilation", split = ",", paramLabel = "N", description = "Distance between keys. Default: 1.")
    int @Nullable [] dilation;

    @Option(names = "--causal-axes", split = ",", paramLabel = "AXIS", description = "Causal axes, counted from 0.")
    int @Nullable [] causalAxes;

    @Option(
            names = "--additional-tokens",
            paramLabel = "N",
            description = "Keys and values that every query sees beside. Default: 0.")
    @Nullable
    Integer additionalTokens;

    @Option(names = "--relative-position-bias", description = "With a bias of the scores.")
    boolean relativePositionBias;

    /**
     * The problem.
     *
     * @throws IllegalArgumentException if a rule of the operator is broken
     */
    Problem problem(DType dtype) {
        if (featureMap == null || kernelSize == null) {
            throw new IllegalArgumentException(
                    "--feature-map and --kernel-size are required, or --standard or --options");
        }
        NeighborhoodAttentionOperator.Builder operator = NeighborhoodAttentionOperator.on(featureMap)
                .kernelSize(kernelSize)
                .relativePositionBias(relativePositionBias)
                .dtype(dtype);
        if (heads != null) {
            operator.heads(heads);
        }
        if (headDim != null) {
            operator.headDim(headDim);
        }
        optional(operator);
        return Problem.of(batch == null ? 1 : batch, operator.build());
    }

    private void optional(NeighborhoodAttentionOperator.Builder operator) {
        if (keyValueHeads != null) {
            operator.keyValueHeads(keyValueHeads);
        }
        if (valueDim != null) {
            operator.valueDim(valueDim);
        }
        if (stride != null) {
            operator.stride(stride);
        }
        if (dilation != null) {
            operator.dilation(dilation);
        }
        if (causalAxes != null) {
            operator.causalAxes(causalAxes);
        }
        if (additionalTokens != null) {
            operator.additionalTokens(additionalTokens);
        }
    }
}
