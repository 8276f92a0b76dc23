package io.sparkhood.column;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.Operator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operator that a row asks for. Rows with the sizes of the row before them share its operator, which is checked once. */
final class OperatorsBySizes {
    private final RowOperator rows;
    private List<Sizes> last = List.of();
    private @Nullable Sized found;

    OperatorsBySizes(RowOperator rows) {
        this.rows = rows;
    }

    /**
     * What an operator depends on in a tensor.
     *
     * @param shape null where the tensor has none of its own
     */
    private record Sizes(
            DType dtype, int elements, @Nullable List<Integer> shape) {
        static Sizes of(TensorValue tensor) {
            return new Sizes(
                    tensor.dtype(),
                    tensor.elements(),
                    tensor instanceof TensorValue.Shaped shaped ? shaped.shape() : null);
        }
    }

    /**
     * An operator and what is asked of it for every row.
     *
     * @param rowBytes of its inputs and outputs
     */
    record Sized(Operator operator, long rowBytes) {}

    /**
     * The operator for these tensors.
     *
     * @throws InvalidRowException if there is none
     */
    Sized of(List<TensorValue> tensors) {
        List<Sizes> sizes = tensors.stream().map(Sizes::of).toList();
        if (found == null || !sizes.equals(last)) {
            Operator operator = rows.of(tensors);
            found = new Sized(operator, operator.rowBytes());
            last = sizes;
        }
        return found;
    }
}
