package io.sparkhood.sql;

import io.sparkhood.column.TensorForm;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * {@code neighborhood_attention(query, key, value, kernel_size [, options])} for arguments of known types. Where query, key
 * and value have one form Spark calls a method {@code invoke}, else {@link #produceResult}.
 */
public final class AttentionFunction extends BoundTensorFunction {
    static final String NAME = "neighborhood_attention";

    private static final long serialVersionUID = 1;
    private static final List<String> TENSORS = List.of("query", "key", "value");
    private static final int KERNEL_SIZE = 3;
    private static final int OPTIONS = 4;

    private final StructType tensors;

    private AttentionFunction(StructType tensors, DataType resultType, DataType... inputTypes) {
        super(NAME, resultType, inputTypes);
        this.tensors = tensors;
    }

    static AttentionFunction bind(Arguments arguments) {
        arguments.count(4, 5);
        DataType[] types = new DataType[arguments.size()];
        StructType tensors = new StructType();
        for (int i = 0; i < TENSORS.size(); i++) {
            types[i] = arguments.tensor(i, TENSORS.get(i));
            tensors = tensors.add(TENSORS.get(i), types[i]);
        }
        types[KERNEL_SIZE] = arguments.intOrInts(KERNEL_SIZE, "kernel_size");
        if (types.length > OPTIONS) {
            types[OPTIONS] = arguments.texts(OPTIONS, "options");
        }
        DataType result = TensorForm.of(types[0]).orElseThrow().outputType();
        return new AttentionFunction(tensors, result, types);
    }

    /** Of arrays. */
    public @Nullable Object invoke(
            @Nullable ArrayData query, @Nullable ArrayData key, @Nullable ArrayData value, int kernelSize) {
        return of(List.of(kernelSize), Map.of(), query, key, value);
    }

    /** Of arrays. */
    public @Nullable Object invoke(
            @Nullable ArrayData query,
            @Nullable ArrayData key,
            @Nullable ArrayData value,
            int kernelSize,
            @Nullable MapData options) {
        return options == null ? null : of(List.of(kernelSize), SparkValues.texts(options), query, key, value);
    }

    /** Of arrays. */
    public @Nullable Object invoke(
            @Nullable ArrayData query,
            @Nullable ArrayData key,
            @Nullable ArrayData value,
            @Nullable ArrayData kernelSize) {
        return kernelSize == null ? null : of(list(kernelSize), Map.of(), query, key, value);
    }

    /** Of arrays. */
    public @Nullable Object invoke(
            @Nullable ArrayData query,
            @Nullable ArrayData key,
            @Nullable ArrayData value,
            @Nullable ArrayData kernelSize,
            @Nullable MapData options) {
        return kernelSize == null || options == null
                ? null
                : of(list(kernelSize), SparkValues.texts(options), query, key, value);
    }

    /** Of tensor structs. */
    public @Nullable Object invoke(
            @Nullable InternalRow query, @Nullable InternalRow key, @Nullable InternalRow value, int kernelSize) {
        return of(List.of(kernelSize), Map.of(), query, key, value);
    }

    /** Of tensor structs. */
    public @Nullable Object invoke(
            @Nullable InternalRow query,
            @Nullable InternalRow key,
            @Nullable InternalRow value,
            int kernelSize,
            @Nullable MapData options) {
        return options == null ? null : of(List.of(kernelSize), SparkValues.texts(options), query, key, value);
    }

    /** Of tensor structs. */
    public @Nullable Object invoke(
            @Nullable InternalRow query,
            @Nullable InternalRow key,
            @Nullable InternalRow value,
            @Nullable ArrayData kernelSize) {
        return kernelSize == null ? null : of(list(kernelSize), Map.of(), query, key, value);
    }

    /** Of tensor structs. */
    public @Nullable Object invoke(
            @Nullable InternalRow query,
            @Nullable InternalRow key,
            @Nullable InternalRow value,
            @Nullable ArrayData kernelSize,
            @Nullable MapData options) {
        return kernelSize == null || options == null
                ? null
                : of(list(kernelSize), SparkValues.texts(options), query, key, value);
    }

    /** Of tensors of both forms. */
    @Override
    public @Nullable Object produceResult(InternalRow input) {
        if (input.anyNull()) {
            return null;
        }
        DataType[] types = inputTypes();
        List<Integer> kernelSize = types[KERNEL_SIZE] instanceof ArrayType
                ? list(input.getArray(KERNEL_SIZE))
                : List.of(input.getInt(KERNEL_SIZE));
        Map<String, @Nullable String> options =
                types.length > OPTIONS ? SparkValues.texts(input.getMap(OPTIONS)) : Map.of();
        @Nullable Object[] values = new Object[TENSORS.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = types[i] instanceof StructType struct ? input.getStruct(i, struct.size()) : input.getArray(i);
        }
        return of(kernelSize, options, values);
    }

    private List<Integer> list(ArrayData kernelSize) {
        int[] perAxis = (int[]) named(() -> SparkValues.ints("kernel_size", kernelSize));
        return Arrays.stream(perAxis).boxed().toList();
    }

    private @Nullable Object of(
            List<Integer> kernelSize, Map<String, @Nullable String> options, @Nullable Object... values) {
        if (Arrays.asList(values).contains(null)) {
            return null;
        }
        return named(() -> {
            Object[] decoded = new Object[values.length];
            for (int i = 0; i < values.length; i++) {
                decoded[i] = decoded(i, values[i]);
            }
            return SparkValues.result(TaskRows.compute(new AttentionCall(tensors, kernelSize, options), decoded));
        });
    }

    private Object decoded(int index, Object value) {
        DataType type = tensors.fields()[index].dataType();
        return value instanceof InternalRow struct
                ? SparkValues.tensor((StructType) type, struct)
                : SparkValues.floats("column " + TENSORS.get(index), type, (ArrayData) value);
    }
}
