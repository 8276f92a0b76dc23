package io.sparkhood.column;

import io.sparkhood.backend.Parameters;
import io.sparkhood.operator.Operator;
import java.io.Serializable;
import java.util.List;

/** What a stage tells the partition loop: which operator a row asks for. Serialized to the executors. */
public interface RowOperator extends Serializable {
    /**
     * The operator for a row with these tensors, in the order of the stage's input ports. Rows with equal operators are
     * computed together. It depends on nothing but the tensors' dtypes, lengths and shapes, so that it is not asked again for a
     * row that has those of the row before it. A port that the operator does not have, such as additional keys of 0 tokens, is
     * left out.
     *
     * @throws InvalidRowException naming column, expected and found
     */
    Operator of(List<TensorValue> tensors);

    /** Values of the parameters of an operator that {@link #of} made. */
    Parameters parameters(Operator operator);
}
