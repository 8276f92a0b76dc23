package io.sparkhood.column;

import io.sparkhood.operator.DType;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tensors of one input column.
 *
 * @param name the column's name, for messages
 * @param form how it is stored
 * @param shapeField field numbers in a struct, -1 for the other forms
 * @param nullsField field of the row's other columns that has this column's array where it has a null element, -1 if arrays
 *     are not looked through
 */
record TensorColumn(String name, TensorForm form, int shapeField, int dtypeField, int dataField, int nullsField)
        implements Serializable {
    /** Arrays of Java have no more axes that mean something; messages print shapes. */
    private static final int MOST_AXES = 32;

    private static final int MOST_DTYPE_LETTERS = 32;

    static TensorColumn of(String name, TensorForm form, @Nullable StructType struct) {
        return struct == null
                ? new TensorColumn(name, form, -1, -1, -1, -1)
                : new TensorColumn(
                        name,
                        form,
                        struct.fieldIndex("shape"),
                        struct.fieldIndex("dtype"),
                        struct.fieldIndex("data"),
                        -1);
    }

    /** The same, with null elements marked in a field of the row's other columns. */
    TensorColumn withNullsField(int field) {
        return new TensorColumn(name, form, shapeField, dtypeField, dataField, field);
    }

    /**
     * Looks at the mark of an array that has a null element.
     *
     * @throws InvalidRowException if it is there
     */
    void requireNoNulls(Row others) {
        if (nullsField >= 0 && !others.isNullAt(nullsField)) {
            throw bad("element " + others.getList(nullsField).indexOf(null) + " is null");
        }
    }

    /**
     * Decodes a value as the encoder delivers it: float[], the Row of a struct, or a Row that holds a vector.
     *
     * @throws InvalidRowException naming column, expected and found
     */
    TensorValue decode(@Nullable Object value) {
        if (value == null || form == TensorForm.VECTOR && ((Row) value).isNullAt(0)) {
            throw bad("the tensor is null");
        }
        return switch (form) {
            case ARRAY -> new TensorValue.Flat((float[]) value);
            case STRUCT -> decodeStruct((Row) value);
            case VECTOR -> new TensorValue.Rounded(((Row) value).<Vector>getAs(0));
        };
    }

    private TensorValue decodeStruct(Row struct) {
        for (int field = 0; field < struct.size(); field++) {
            if (struct.isNullAt(field)) {
                throw bad("the tensor's " + struct.schema().fields()[field].name() + " is null");
            }
        }
        List<@Nullable Integer> raw = struct.getList(shapeField);
        if (raw.size() > MOST_AXES) {
            throw bad("the tensor's shape must have at most " + MOST_AXES + " numbers, but has " + raw.size());
        }
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
        boolean isLong = text.length() > MOST_DTYPE_LETTERS;
        try {
            return DType.of(isLong ? text.substring(0, MOST_DTYPE_LETTERS) + "..." : text);
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

    /**
     * Looks for NaN and infinities.
     *
     * @throws InvalidRowException naming the first
     */
    void requireFinite(TensorValue tensor) {
        int index = tensor.firstNonFinite();
        if (index >= 0) {
            throw bad("element " + index + " is " + tensor.element(index) + ", but checkFinite asks for finite values");
        }
    }

    InvalidRowException bad(@Nullable String sentence) {
        return InvalidRowException.of(name, sentence);
    }
}
