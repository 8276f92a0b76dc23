package io.sparkhood.sql;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.format.Npy;
import io.sparkhood.operator.DType;
import java.io.IOException;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** {@code from_npy(file binary)}. */
public final class FromNpy extends BoundTensorFunction {
    static final String NAME = "from_npy";

    private static final long serialVersionUID = 1;

    private FromNpy() {
        super(NAME, TensorStruct.SCHEMA, DataTypes.BinaryType);
    }

    static FromNpy bind(Arguments arguments) {
        arguments.count(1, 1).binary(0, "file");
        return new FromNpy();
    }

    /** The tensor struct of the array, float32 unless the file is float16. */
    public @Nullable Object invoke(byte @Nullable [] file) {
        if (file == null) {
            return null;
        }
        return named(() -> {
            Npy array = read(file);
            int[] shape = array.shape().stream().mapToInt(Integer::intValue).toArray();
            return switch (array.type()) {
                case FLOAT32 -> SparkValues.struct(shape, DType.FLOAT32.toString(), array.data());
                case FLOAT16 -> SparkValues.struct(shape, DType.FLOAT16.toString(), array.data());
                case FLOAT64, INT32, INT64 -> SparkValues.result(TensorStruct.of(array.toFloats(), shape));
            };
        });
    }

    private static Npy read(byte[] file) {
        try {
            return Npy.read("file", file);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
