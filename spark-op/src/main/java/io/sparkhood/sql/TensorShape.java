package io.sparkhood.sql;

import io.sparkhood.column.TensorStruct;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** {@code tensor_shape(tensor)}. */
public final class TensorShape extends BoundTensorFunction {
    static final String NAME = "tensor_shape";

    private static final long serialVersionUID = 1;

    private final StructType type;

    private TensorShape(StructType type) {
        super(NAME, DataTypes.createArrayType(DataTypes.IntegerType, false), type);
        this.type = type;
    }

    static TensorShape bind(Arguments arguments) {
        return new TensorShape(arguments.count(1, 1).struct(0, "tensor"));
    }

    /** The extents of the tensor. */
    public @Nullable Object invoke(@Nullable InternalRow tensor) {
        if (tensor == null) {
            return null;
        }
        return named(() -> {
            List<Integer> shape = TensorStruct.read("tensor", SparkValues.tensor(type, tensor))
                    .shape();
            return ArrayData.toArrayData(
                    shape.stream().mapToInt(Integer::intValue).toArray());
        });
    }
}
