package io.sparkhood.column;

import io.sparkhood.operator.DType;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tensors of one input column.
 *
 * @param name the column's name, for messages
 * @param form how it is stored
 * @param shapeField field numbers in a struct, -1 for the other forms
 */
record TensorColumn(String name, TensorForm form, int shapeField, int dtypeField, int dataField)
        implements Serializable {

    static TensorColumn of(String name, TensorForm form, @Nullable StructType struct) {
        return struct == null
                ? new TensorColumn(name, form, -1, -1, -1)
                : new TensorColumn(
                        name, form, struct.fieldIndex("shape"), struct.fieldIndex("dtype"), struct.fieldIndex("data"));
    }

    /**
     * Decodes a value as the encoder delivers it: float[] or Row.
     *
     * @throws IllegalArgumentException naming column, expected and found
     */
    TensorValue decode(@Nullable Object value) {
        if (value == null) {
            throw bad("the tensor is null");
        }
        return value instanceof Row struct ? decodeStruct(struct) : new TensorValue.Flat((float[]) value);
    }

    private TensorValue decodeStruct(Row struct) {
        for (int field = 0; field < struct.size(); field++) {
            if (struct.isNullAt(field)) {
                throw bad("the tensor's " + struct.schema().fields()[field].name() + " is null");
            }
        }
        List<@Nullable Integer> raw = struct.getList(shapeField);
        if (raw.contains(null)) {
            throw bad("the tensor's shape " + raw + " has a null");
        }
        List<Integer> shape = List.copyOf(raw);
        DType dtype = dtype(struct.getString(dtypeField));
        byte[] data = struct.getAs(dataField);
        long expected = bytes(shape, dtype);
        if (data.length != expected) {
            throw bad("data has " + data.length + " bytes, but shape " + shape + " of " + dtype + " takes " + expected);
        }
        return new TensorValue.Shaped(shape, dtype, data);
    }

    private DType dtype(String text) {
        try {
            return DType.of(text);
        } catch (IllegalArgumentException e) {
            throw bad(e.getMessage());
        }
    }

    private long bytes(List<Integer> shape, DType dtype) {
        long bytes = dtype.bytes();
        for (int extent : shape) {
            if (extent < 0) {
                throw bad("shape " + shape + " has a negative extent");
            }
            try {
                bytes = Math.multiplyExact(bytes, extent);
            } catch (ArithmeticException overflow) {
                throw bad("shape " + shape + " has more elements than a 64-bit number counts");
            }
        }
        return bytes;
    }

    IllegalArgumentException bad(@Nullable String sentence) {
        return new IllegalArgumentException("column " + name + ": " + sentence);
    }
}
