package io.sparkhood.backend.contract;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;

/**
 * An operator worth testing.
 *
 * @param name what is special about it
 * @param batch rows to compute
 */
public record NamedCase(String name, NeighborhoodAttentionOperator operator, int batch) {
    /** The same case with another element type. */
    public NamedCase with(DType dtype) {
        NeighborhoodAttentionOperator o = operator;
        return new NamedCase(
                name + ", " + dtype,
                new NeighborhoodAttentionOperator(
                        o.featureMap(),
                        o.neighborhood(),
                        o.heads(),
                        o.keyValueHeads(),
                        o.headDim(),
                        o.valueDim(),
                        o.scale(),
                        o.additionalTokens(),
                        o.relativePositionBias(),
                        o.logSumExp(),
                        dtype),
                batch);
    }

    @Override
    public String toString() {
        return name;
    }
}
