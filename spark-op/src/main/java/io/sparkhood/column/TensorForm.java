package io.sparkhood.column;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.struct;

import java.util.Optional;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
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

    /** Vectors travel in a struct of their own, for Spark has an encoder of rows with vectors, but none of vectors. */
    private static final StructType WRAPPED_VECTOR = new StructType().add("vector", SQLDataTypes.VectorType());

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

    /** The encoder that takes a column of this form through typed code without boxing an element. */
    Encoder<?> encoder(SparkSession session, DataType type) {
        return switch (this) {
            case ARRAY -> session.implicits().newFloatArrayEncoder();
            case STRUCT -> Encoders.row((StructType) type);
            case VECTOR -> Encoders.row(WRAPPED_VECTOR);
        };
    }

    /** A column as {@link #encoder} takes it. */
    Column wrapped(Column column) {
        return this == VECTOR ? struct(column.as("vector")) : column;
    }

    /** The column that {@link #encoder} has written at a place. */
    Column unwrapped(String place) {
        return col(this == VECTOR ? place + ".vector" : place);
    }

    /** Whether rows carry their shapes themselves. */
    public boolean carriesShape() {
        return this == STRUCT;
    }
}
