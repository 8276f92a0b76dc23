package io.sparkhood.ml;

import io.sparkhood.backend.Parameters;
import io.sparkhood.column.RowOperator;
import io.sparkhood.column.TensorValue;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Normalization;
import io.sparkhood.operator.Operator;
import java.util.List;

/**
 * Which operator a row of {@link NeighborhoodAggregate} asks for. Tensors come in the order weights, value and, if the stage has
 * them, additionalValues.
 *
 * @param columns names of these columns, for messages
 */
record AggregateRows(List<String> columns, AttentionParams params, Normalization normalization) implements RowOperator {
    AggregateRows {
        columns = List.copyOf(columns);
    }

    @Override
    public Operator of(List<TensorValue> tensors) {
        RowSizes sizes = new RowSizes(columns, params, tensors, "slots", List.of(1));
        sizes.requireAxes();
        if (tensors.get(0).dtype() != DType.FLOAT32) {
            throw sizes.bad(
                    0,
                    "weights must be float32 whatever the dtype of the values, but are "
                            + tensors.get(0).dtype() + "; convert them");
        }
        int valueDim = sizes.lastDim(1);
        var dtype = sizes.dtype(1);
        int additionalTokens = tensors.size() > 2 ? sizes.additionalTokens(2, valueDim, "valueDim") : 0;
        NeighborhoodAttentionOperator attention = sizes.attention(1, valueDim, additionalTokens, dtype);
        if (sizes.last != attention.slots()) {
            throw sizes.bad(
                    0,
                    "slots must be " + attention.slots() + ", the product of kernelSize "
                            + attention.neighborhood().kernelSize() + " and one per additional value, "
                            + additionalTokens + ", but are " + sizes.last);
        }
        return sizes.made(() -> attention.aggregate(normalization));
    }

    @Override
    public Parameters parameters(Operator operator) {
        return Parameters.NONE;
    }
}
