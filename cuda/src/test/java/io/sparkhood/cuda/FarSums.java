package io.sparkhood.cuda;

import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import io.sparkhood.operator.Port;
import java.util.Arrays;

/** Examples whose sums of weights relative to 0 lie far from 1, or at a power of 2. */
final class FarSums {
    private static final float SCALE = 0.125f;

    private FarSums() {}

    /** A map of four warps whose scores are all so much higher. */
    static Example ofAllQueries(EntryPointShape shape, float higher) {
        Example example = example(shape, higher);
        setFirstDim(example, "query", 1);
        return example;
    }

    /** Likewise, but the scores of one query only. */
    static Example ofOneQuery(EntryPointShape shape, int token, float higher) {
        Example example = example(shape, higher);
        example.input("query")[token * shape.dim()] = 1;
        return example;
    }

    /** The first dim of queries is 0, that of keys makes the scores of a 1 so much higher. */
    private static Example example(EntryPointShape shape, float higher) {
        Example example = random(
                shape, NeighborhoodAttentionOperator.on(8, 8).kernelSize(3, 5).scale(SCALE));
        setFirstDim(example, "query", 0);
        setFirstDim(example, "key", higher / SCALE);
        return example;
    }

    private static void setFirstDim(Example example, String port, float value) {
        float[] values = example.input(port);
        int dim = example.operator().headDim();
        for (int i = 0; i < values.length; i += dim) {
            values[i] = value;
        }
    }

    /** The 16 queries of a warp, each with one key, whose weight relative to 0 is 2 to the exponent. */
    static Example ofOneKey(EntryPointShape shape, float exponent) {
        Example example =
                random(shape, NeighborhoodAttentionOperator.on(16).kernelSize(1).scale((float) Math.log(2)));
        Arrays.fill(example.input("query"), 0);
        setFirstDim(example, "query", 1);
        setFirstDim(example, "key", exponent);
        for (Port bias : example.operator().parameters()) {
            Arrays.fill(example.parameters().require(bias), 0);
        }
        return example;
    }

    private static Example random(EntryPointShape shape, Builder operator) {
        NeighborhoodAttentionOperator built = operator.headDim(shape.dim())
                .dtype(shape.dtype())
                .relativePositionBias(shape.bias())
                .logSumExp(true)
                .build();
        return Example.random(new NamedCase("far sums", built, 1));
    }
}
