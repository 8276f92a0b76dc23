package io.sparkhood.ml;

import io.sparkhood.backend.Parameters;
import io.sparkhood.column.RowOperator;
import io.sparkhood.column.TensorValue;
import io.sparkhood.operator.Operator;
import java.util.List;

/**
 * Which operator a row of {@link NeighborhoodScores} asks for. Tensors come in the order query, key and, if the stage has them,
 * additionalKeys.
 *
 * @param columns names of these columns, for messages
 */
record ScoresRows(List<String> columns, AttentionParams params) implements RowOperator {
    ScoresRows {
        columns = List.copyOf(columns);
    }

    @Override
    public Operator of(List<TensorValue> tensors) {
        RowSizes sizes = new RowSizes(columns, params, tensors, "headDim", List.of(1));
        sizes.requireAxes();
        int headDim = sizes.last;
        sizes.requireShape(1, headDim);
        var dtype = sizes.dtype(0);
        int additionalTokens = tensors.size() > 2 ? sizes.additionalTokens(2, headDim, "headDim") : 0;
        return sizes.made(
                () -> sizes.attention(headDim, 1, additionalTokens, dtype).scores());
    }

    @Override
    public Parameters parameters(Operator operator) {
        return params.parameters(operator);
    }
}
