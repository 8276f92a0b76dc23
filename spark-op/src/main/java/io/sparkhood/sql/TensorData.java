package io.sparkhood.sql;

import io.sparkhood.column.TensorStruct;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** {@code tensor_data(tensor)}. */
public final class TensorData extends BoundTensorFunction {
    static final String NAME = "tensor_data";

    private static final long serialVersionUID = 1;

    private final StructType type;

    private TensorData(StructType type) {
        super(NAME, DataTypes.createArrayType(DataTypes.FloatType, false), type);
        this.type = type;
    }

    static TensorData bind(Arguments arguments) {
        return new TensorData(arguments.count(1, 1).struct(0, "tensor"));
    }

    /** The values of the tensor, widened to float. */
    public @Nullable Object invoke(@Nullable InternalRow tensor) {
        if (tensor == null) {
            return null;
        }
        return named(() -> {
            Row row = SparkValues.tensor(type, tensor);
            TensorStruct.read("tensor", row);
            return ArrayData.toArrayData(TensorStruct.values(row));
        });
    }
}
