package io.sparkhood.sql;

import java.util.List;
import org.apache.spark.sql.connector.catalog.functions.BoundFunction;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.types.StructType;

/**
 * A function by its name, before Spark knows the types of its arguments.
 *
 * @param signature arguments and result, as SQL writes them
 * @param sentence what it does
 * @param binder makes the function for arguments of these types, or refuses them
 */
record NamedFunction(String name, String signature, String sentence, Binder binder) implements UnboundFunction {
    static final List<NamedFunction> ALL = List.of(
            new NamedFunction(
                    AttentionFunction.NAME,
                    "neighborhood_attention(query, key, value, kernel_size [, options])",
                    "Neighborhood attention of one feature map. query, key and value are each array<float> or a tensor "
                            + "struct<shape: array<int>, dtype: string, data: binary>; the result has the form and dtype of "
                            + "query. kernel_size, int or array<int>, is the number of keys that a query sees per axis. "
                            + "options is a map<string,string>; its keys are " + AttentionOptions.allowed()
                            + ", and 'feature_map' and 'heads' are required where query is an array. Lists are texts such as "
                            + "'7,7'.",
                    AttentionFunction::bind),
            new NamedFunction(
                    TensorOf.NAME,
                    "tensor(values array<float>, shape array<int>)",
                    "A float32 tensor struct of row-major values.",
                    TensorOf::bind),
            new NamedFunction(
                    TensorData.NAME,
                    "tensor_data(tensor)",
                    "The values of a tensor struct, widened to array<float>, row-major.",
                    TensorData::bind),
            new NamedFunction(
                    TensorShape.NAME, "tensor_shape(tensor)", "The shape of a tensor struct.", TensorShape::bind),
            new NamedFunction(
                    FromNpy.NAME,
                    "from_npy(file binary)",
                    "The array of an npy file as a tensor struct: float32 and float16 as they are, float64, int32 and int64 "
                            + "rounded to float32.",
                    FromNpy::bind),
            new NamedFunction(
                    ToNpy.NAME,
                    "to_npy(tensor)",
                    "A float32 or float16 tensor struct as the bytes of an npy file.",
                    ToNpy::bind),
            new NamedFunction(
                    ImageTensor.NAME,
                    "image_tensor(file binary)",
                    "A PNG or JPEG picture as a float32 tensor struct of shape [height, width, 1, channels], 1 channel for "
                            + "grey and 3 for RGB, values 0 to 1; alpha is left out.",
                    ImageTensor::bind));

    interface Binder {
        BoundFunction bind(Arguments arguments);
    }

    /** How it is called and what it does. */
    @Override
    public String description() {
        return signature + ": " + sentence;
    }

    /** @throws UnsupportedOperationException if it takes no such arguments; Spark adds the function's name and arguments */
    @Override
    public BoundFunction bind(StructType inputType) {
        return binder.bind(new Arguments(signature, inputType));
    }
}
