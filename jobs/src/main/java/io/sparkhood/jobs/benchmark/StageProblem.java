package io.sparkhood.jobs.benchmark;

import io.sparkhood.ml.NeighborhoodAttention;
import io.sparkhood.operator.NeighborhoodAttentionOperator;

/** The first level of NAT-Tiny: maps of 56 x 56 tokens with 2 heads of 32, as query, key and value. */
final class StageProblem {
    /** Of a map: extents, heads, headDim. */
    static final int[] SHAPE = {56, 56, 2, 32};

    static final int ELEMENTS = 56 * 56 * 2 * 32;

    private StageProblem() {}

    static NeighborhoodAttentionOperator operator(MapForm form, int kernelSize) {
        return NeighborhoodAttentionOperator.on(SHAPE[0], SHAPE[1])
                .heads(SHAPE[2])
                .headDim(SHAPE[3])
                .kernelSize(kernelSize)
                .dtype(form.dtype())
                .build();
    }

    static NeighborhoodAttention stage(MapForm form, int kernelSize) {
        NeighborhoodAttention stage = new NeighborhoodAttention().setKernelSize(kernelSize);
        return form == MapForm.ARRAY ? stage.setFeatureMap(SHAPE[0], SHAPE[1]).setHeads(SHAPE[2]) : stage;
    }
}
