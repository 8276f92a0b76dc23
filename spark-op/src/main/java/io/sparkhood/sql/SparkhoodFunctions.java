package io.sparkhood.sql;

import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;

/**
 * The functions of {@link SparkhoodCatalog} as columns, under their names in camelCase. The session must have the catalog
 * under the name {@value SparkhoodCatalog#NAME}: by {@link SparkhoodCatalog#register} or the setting {@code
 * spark.sql.catalog.sparkhood=io.sparkhood.sql.SparkhoodCatalog}.
 *
 * <p>Null gives null. A row that cannot be computed fails its task with a sentence that names function, argument, expected and
 * found.
 */
public final class SparkhoodFunctions {
    private SparkhoodFunctions() {}

    /**
     * Neighborhood attention of one feature map per row; not batched: for many rows the stage {@code NeighborhoodAttention} is
     * faster.
     *
     * @param query array of float (then use {@link #neighborhoodAttention(Column, Column, Column, int[], Map)} with {@code
     *     feature_map} and {@code heads}), or tensor struct {@code [*extents, heads, headDim]}
     * @param key {@code [*extents, keyValueHeads, headDim]}
     * @param value {@code [*extents, keyValueHeads, valueDim]}
     * @param kernelSize keys that a query sees per axis; one value stands for all axes
     * @return {@code [*extents, heads, valueDim]} in the form and dtype of the query
     */
    public static Column neighborhoodAttention(Column query, Column key, Column value, int... kernelSize) {
        return call(AttentionFunction.NAME, query, key, value, lit(kernelSize.clone()));
    }

    /**
     * Neighborhood attention of one feature map per row; not batched: for many rows the stage {@code NeighborhoodAttention} is
     * faster.
     *
     * @param options params of the stage in snake_case, as texts: {@code Map.of("dilation", "2,2", "scale", "0.5")}; an
     *     unknown one is an error that lists all
     * @see #neighborhoodAttention(Column, Column, Column, int...)
     */
    public static Column neighborhoodAttention(
            Column query, Column key, Column value, int[] kernelSize, Map<String, String> options) {
        Column[] entries = new TreeMap<>(options)
                .entrySet().stream()
                        .flatMap(entry -> java.util.stream.Stream.of(lit(entry.getKey()), lit(entry.getValue())))
                        .toArray(Column[]::new);
        return call(AttentionFunction.NAME, query, key, value, lit(kernelSize.clone()), map(entries));
    }

    /**
     * A float32 tensor struct.
     *
     * @param values array of float, row-major
     * @param shape array of int whose product is the number of values
     */
    public static Column tensor(Column values, Column shape) {
        return call(TensorOf.NAME, values, shape);
    }

    /**
     * A float32 tensor struct.
     *
     * @param values array of float, row-major
     * @param shape extents whose product is the number of values
     */
    public static Column tensor(Column values, int... shape) {
        return tensor(values, lit(shape.clone()));
    }

    /** The values of a tensor struct as an array of float, row-major; float16 and bfloat16 are widened. */
    public static Column tensorData(Column tensor) {
        return call(TensorData.NAME, tensor);
    }

    /** The shape of a tensor struct as an array of int. */
    public static Column tensorShape(Column tensor) {
        return call(TensorShape.NAME, tensor);
    }

    /**
     * The tensor struct of an npy file's bytes: float32 and float16 as they are; float64, int32 and int64 rounded to float32.
     */
    public static Column fromNpy(Column file) {
        return call(FromNpy.NAME, file);
    }

    /** The bytes of an npy file of a float32 or float16 tensor struct; npy has no bfloat16, which is an error. */
    public static Column toNpy(Column tensor) {
        return call(ToNpy.NAME, tensor);
    }

    /**
     * The float32 tensor struct {@code [height, width, 1, channels]} of a PNG's or JPEG's bytes: 1 channel for grey, 3 for RGB,
     * values from 0 to 1, alpha left out.
     */
    public static Column imageTensor(Column file) {
        return call(ImageTensor.NAME, file);
    }

    private static Column call(String function, Column... arguments) {
        return call_function(SparkhoodCatalog.NAME + "." + function, arguments);
    }
}
