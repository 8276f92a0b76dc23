package io.sparkhood.column;

import io.sparkhood.operator.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The storage form of a tensor: {@code struct<shape: array<int>, dtype: string, data: binary>}, data little-endian and
 * row-major.
 */
public final class TensorStruct {
    /** Type of a tensor struct column. */
    public static final StructType SCHEMA = new StructType()
            .add("shape", DataTypes.createArrayType(DataTypes.IntegerType, false), false)
            .add("dtype", DataTypes.StringType, false)
            .add("data", DataTypes.BinaryType, false);

    private static final Map<String, DataType> FIELDS = Map.of(
            "shape", DataTypes.createArrayType(DataTypes.IntegerType),
            "dtype", DataTypes.StringType,
            "data", DataTypes.BinaryType);

    private TensorStruct() {}

    /** Whether the struct has the three fields, in any order and nullable or not. */
    static boolean matches(StructType struct) {
        if (struct.size() != FIELDS.size()) {
            return false;
        }
        for (StructField field : struct.fields()) {
            DataType wanted = FIELDS.get(field.name());
            boolean same = field.dataType() instanceof ArrayType array
                    ? wanted instanceof ArrayType other && other.elementType().equals(array.elementType())
                    : field.dataType().equals(wanted);
            if (!same) {
                return false;
            }
        }
        return true;
    }

    /**
     * A float32 tensor as a row of {@link #SCHEMA}.
     *
     * @throws IllegalArgumentException if the shape's product is not the number of values
     */
    public static Row of(float[] values, int... shape) {
        requireElements(values.length, shape);
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(4, values.length)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return of(DType.FLOAT32, bytes.array(), shape);
    }

    /** A tensor whose bytes are given, little-endian, as a row of {@link #SCHEMA}. */
    public static Row of(DType dtype, byte[] data, int... shape) {
        requireElements(data.length / dtype.bytes(), shape);
        return RowFactory.create(shape, dtype.toString(), data);
    }

    /** The values of a tensor row, widened to float32. */
    public static float[] values(Row tensor) {
        DType dtype = DType.of(Objects.requireNonNull(tensor.<String>getAs("dtype")));
        byte[] data = Objects.requireNonNull(tensor.<byte[]>getAs("data"));
        ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[data.length / dtype.bytes()];
        for (int i = 0; i < values.length; i++) {
            values[i] = dtype == DType.FLOAT32 ? bytes.getFloat(4 * i) : dtype.widen(bytes.getShort(2 * i));
        }
        return values;
    }

    /** The shape of a tensor row. */
    public static int[] shape(Row tensor) {
        List<Integer> shape = tensor.getList(tensor.fieldIndex("shape"));
        return shape.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * Reads a tensor of a struct whose fields may stand in any order.
     *
     * @param column what to call it in messages
     * @param tensor a row that has a schema
     * @throws IllegalArgumentException if a field is null, the dtype is unknown, or the data are not as long as shape and
     *     dtype say; the message names the column, expected and found
     */
    public static TensorValue.Shaped read(String column, Row tensor) {
        TensorColumn reader = TensorColumn.of(column, TensorForm.STRUCT, tensor.schema());
        return (TensorValue.Shaped) reader.decode(tensor);
    }

    private static void requireElements(long elements, int[] shape) {
        long product = 1;
        for (int extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has a negative extent");
            }
            try {
                product = Math.multiplyExact(product, extent);
            } catch (ArithmeticException overflow) {
                throw new IllegalArgumentException(
                        "shape " + Arrays.toString(shape) + " has more elements than a 64-bit number counts", overflow);
            }
        }
        if (product != elements) {
            throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has " + product + " elements, but "
                    + elements + " are given");
        }
    }
}
