package io.sparkhood.sql;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.column.TensorValue;
import io.sparkhood.format.Npy;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** {@code to_npy(tensor)}. */
public final class ToNpy extends BoundTensorFunction {
    static final String NAME = "to_npy";

    private static final long serialVersionUID = 1;

    private final StructType type;

    private ToNpy(StructType type) {
        super(NAME, DataTypes.BinaryType, type);
        this.type = type;
    }

    static ToNpy bind(Arguments arguments) {
        return new ToNpy(arguments.count(1, 1).struct(0, "tensor"));
    }

    /** The bytes of an npy file of the tensor's dtype. */
    public @Nullable Object invoke(@Nullable InternalRow tensor) {
        if (tensor == null) {
            return null;
        }
        return named(() -> {
            TensorValue.Shaped value = TensorStruct.read("tensor", SparkValues.tensor(type, tensor));
            Npy.Type stored = switch (value.dtype()) {
                case FLOAT32 -> Npy.Type.FLOAT32;
                case FLOAT16 -> Npy.Type.FLOAT16;
                case BFLOAT16 ->
                    throw new IllegalArgumentException("npy files have no bfloat16; widen it to float32 first: "
                            + "to_npy(tensor(tensor_data(t), tensor_shape(t)))");
            };
            int[] shape = value.shape().stream().mapToInt(Integer::intValue).toArray();
            return Npy.of(stored, value.data(), shape).toBytes();
        });
    }
}
