package io.sparkhood.ml;

import io.sparkhood.backend.Parameters;
import io.sparkhood.column.RowOperator;
import io.sparkhood.column.TensorValue;
import io.sparkhood.operator.Operator;
import java.util.List;

/**
 * Which operator a row asks for: params and the shapes of its tensors, held against each other. Tensors come in the order
 * query, key, value and, if the stage has them, additionalKeys, additionalValues.
 *
 * @param columns names of these columns, for messages
 */
record AttentionRows(List<String> columns, AttentionParams params) implements RowOperator {
    AttentionRows {
        columns = List.copyOf(columns);
    }

    @Override
    public Operator of(List<TensorValue> tensors) {
        RowSizes sizes = new RowSizes(columns, params, tensors, "headDim", List.of(1, 2));
        sizes.requireAxes();
        int headDim = sizes.last;
        sizes.requireShape(1, headDim);
        int valueDim = sizes.lastDim(2);
        var dtype = sizes.dtype(0);
        int additionalTokens = 0;
        if (tensors.size() > 3) {
            additionalTokens = sizes.additionalTokens(3, headDim, "headDim");
            sizes.requireAdditional(4, additionalTokens, valueDim);
        }
        return sizes.attention(headDim, valueDim, additionalTokens, dtype);
    }

    @Override
    public Parameters parameters(Operator operator) {
        return params.parameters(operator);
    }
}
