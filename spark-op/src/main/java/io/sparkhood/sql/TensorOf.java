package io.sparkhood.sql;

import io.sparkhood.column.TensorStruct;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;

/** {@code tensor(values array<float>, shape array<int>)}. */
public final class TensorOf extends BoundTensorFunction {
    static final String NAME = "tensor";

    private static final long serialVersionUID = 1;

    private TensorOf(DataType values, DataType shape) {
        super(NAME, TensorStruct.SCHEMA, values, shape);
    }

    static TensorOf bind(Arguments arguments) {
        arguments.count(2, 2);
        return new TensorOf(arguments.floats(0, "values"), arguments.ints(1, "shape"));
    }

    /** A float32 tensor struct. */
    public @Nullable Object invoke(@Nullable ArrayData values, @Nullable ArrayData shape) {
        if (values == null || shape == null) {
            return null;
        }
        return named(() -> {
            float[] floats = SparkValues.floats("values", inputTypes()[0], values);
            return SparkValues.result(TensorStruct.of(floats, SparkValues.ints("shape", shape)));
        });
    }
}
