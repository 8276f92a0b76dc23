package io.sparkhood.sql;

import io.sparkhood.column.TensorStruct;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** Between the values that Spark hands to functions and those of the tensor columns. */
final class SparkValues {
    private SparkValues() {}

    /**
     * The elements of an {@code array<float>}, unboxed.
     *
     * @param name the argument's, for messages
     * @throws IllegalArgumentException if one is null
     */
    static float[] floats(String name, DataType type, ArrayData array) {
        if (((ArrayType) type).containsNull()) {
            requireNoNull(name, array);
        }
        return array.toFloatArray();
    }

    /**
     * The elements of an {@code array<int>}.
     *
     * @throws IllegalArgumentException if one is null
     */
    static int[] ints(String name, ArrayData array) {
        requireNoNull(name, array);
        return array.toIntArray();
    }

    private static void requireNoNull(String name, ArrayData array) {
        for (int i = 0; i < array.numElements(); i++) {
            if (array.isNullAt(i)) {
                throw new IllegalArgumentException(name + " has a null element in its array, at position " + i);
            }
        }
    }

    /** A map of texts, in its order; values may be null. */
    static Map<String, @Nullable String> texts(MapData map) {
        Map<String, @Nullable String> texts = new LinkedHashMap<>();
        ArrayData values = map.valueArray();
        for (int i = 0; i < map.numElements(); i++) {
            @Nullable
            String value = values.isNullAt(i) ? null : values.getUTF8String(i).toString();
            texts.put(map.keyArray().getUTF8String(i).toString(), value);
        }
        return texts;
    }

    /** A tensor struct, its fields in any order, as a Row with its schema. */
    static Row tensor(StructType type, InternalRow struct) {
        List<@Nullable Object> values = new ArrayList<>(type.size());
        for (int field = 0; field < type.size(); field++) {
            values.add(struct.isNullAt(field) ? null : value(type.fields()[field], struct, field));
        }
        return new TensorRow(type, values);
    }

    private static Object value(StructField field, InternalRow struct, int ordinal) {
        if (field.dataType() instanceof ArrayType) {
            ArrayData shape = struct.getArray(ordinal);
            List<@Nullable Integer> extents = new ArrayList<>(shape.numElements());
            for (int i = 0; i < shape.numElements(); i++) {
                extents.add(shape.isNullAt(i) ? null : (Integer) shape.getInt(i));
            }
            return CollectionConverters.asScala(extents).toSeq();
        }
        return field.dataType().equals(DataTypes.BinaryType) ? struct.getBinary(ordinal) : struct.getString(ordinal);
    }

    /** What the tensor columns make of an output, float[] or Row, as Spark wants it of a function. */
    static Object result(Object output) {
        return output instanceof Row tensor
                ? struct((int[]) tensor.get(0), tensor.getString(1), tensor.getAs(2))
                : ArrayData.toArrayData(output);
    }

    /** A value of {@link TensorStruct#SCHEMA}. */
    static InternalRow struct(int[] shape, String dtype, byte[] data) {
        List<Object> values = Arrays.asList(ArrayData.toArrayData(shape), UTF8String.fromString(dtype), data);
        return InternalRow.fromSeq(CollectionConverters.asScala(values).toSeq());
    }
}
