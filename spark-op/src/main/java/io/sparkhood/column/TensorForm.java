package io.sparkhood.column;

import java.util.Optional;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The forms a tensor column can have, told apart by the column's type alone. */
public enum TensorForm {
    /** {@code array<float>}: flat, row-major, float32; its shape comes from the stage's params. */
    ARRAY(DataTypes.createArrayType(DataTypes.FloatType, false)),
    /** {@link TensorStruct}: every row carries its own shape and dtype. */
    STRUCT(TensorStruct.SCHEMA),
    /** MLlib vector: flat like {@link #ARRAY}, rounded to float32 on the way in, dense on the way out. */
    VECTOR(SQLDataTypes.VectorType());

    /** What a message says a tensor column may be. */
    public static final String ALLOWED =
            "array<float>, struct<shape: array<int>, dtype: string, data: binary> or vector";

    @SuppressWarnings("ImmutableEnumChecker") // Spark's types are values
    private final DataType outputType;

    TensorForm(DataType outputType) {
        this.outputType = outputType;
    }

    /** The form of a column of this type, or nothing if it is no tensor column. */
    public static Optional<TensorForm> of(DataType type) {
        if (type instanceof ArrayType array && array.elementType().equals(DataTypes.FloatType)) {
            return Optional.of(ARRAY);
        }
        if (type instanceof StructType struct && TensorStruct.matches(struct)) {
            return Optional.of(STRUCT);
        }
        return type.equals(SQLDataTypes.VectorType()) ? Optional.of(VECTOR) : Optional.empty();
    }

    /** Type of an output column of this form. */
    public DataType outputType() {
        return outputType;
    }

    /** Whether rows carry their shapes themselves. */
    public boolean carriesShape() {
        return this == STRUCT;
    }
}
