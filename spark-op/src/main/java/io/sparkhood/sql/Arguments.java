package io.sparkhood.sql;

import io.sparkhood.column.TensorForm;
import io.sparkhood.column.TensorStruct;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * The types of a call's arguments, checked one by one. A literal null fits everywhere.
 *
 * @param signature how the function is called, for messages
 */
record Arguments(String signature, StructType types) {
    private static final ArrayType FLOATS = DataTypes.createArrayType(DataTypes.FloatType);
    private static final ArrayType INTS = DataTypes.createArrayType(DataTypes.IntegerType);
    private static final DataType TEXTS = DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType);

    /** Requires a number of arguments. */
    Arguments count(int least, int most) {
        if (types.size() < least || types.size() > most) {
            throw new UnsupportedOperationException(
                    "it is called as " + signature + ", but has " + types.size() + " arguments");
        }
        return this;
    }

    int size() {
        return types.size();
    }

    private DataType type(int index) {
        return types.fields()[index].dataType();
    }

    /** A tensor of either form. */
    DataType tensor(int index, String name) {
        DataType type = type(index);
        if (type instanceof NullType) {
            return FLOATS;
        }
        if (TensorForm.of(type).filter(form -> form != TensorForm.VECTOR).isEmpty()) {
            throw refused(
                    index,
                    name,
                    "array<float> or struct<shape: array<int>, dtype: string, data: binary>",
                    type instanceof ArrayType array && array.elementType() instanceof NumericType
                            ? "; cast it to array<float>"
                            : "; convert it first");
        }
        return type;
    }

    /** A tensor struct. */
    StructType struct(int index, String name) {
        DataType type = type(index);
        if (type instanceof NullType) {
            return TensorStruct.SCHEMA;
        }
        if (TensorForm.of(type).orElse(TensorForm.ARRAY).carriesShape()) {
            return (StructType) type;
        }
        throw refused(
                index,
                name,
                "struct<shape: array<int>, dtype: string, data: binary>",
                "; make one with tensor(values, shape)");
    }

    DataType floats(int index, String name) {
        return array(index, name, FLOATS);
    }

    DataType ints(int index, String name) {
        return array(index, name, INTS);
    }

    /** An array with these elements, whether they may be null or not. */
    private DataType array(int index, String name, ArrayType wanted) {
        DataType type = type(index);
        if (type instanceof NullType) {
            return wanted;
        }
        return type instanceof ArrayType array && array.elementType().equals(wanted.elementType())
                ? type
                : orRefused(index, name, wanted.catalogString());
    }

    /** {@code int} or {@code array<int>}. */
    DataType intOrInts(int index, String name) {
        DataType type = type(index);
        if (type instanceof NullType || type.equals(DataTypes.IntegerType)) {
            return DataTypes.IntegerType;
        }
        return type instanceof ArrayType array && array.elementType().equals(DataTypes.IntegerType)
                ? type
                : orRefused(index, name, "int or array<int>");
    }

    DataType binary(int index, String name) {
        DataType type = type(index);
        return type instanceof NullType || type.equals(DataTypes.BinaryType)
                ? DataTypes.BinaryType
                : orRefused(index, name, "binary");
    }

    /** {@code map<string,string>}; of an empty one, {@code map()}, Spark knows no types. */
    DataType texts(int index, String name) {
        DataType type = type(index);
        if (type instanceof NullType || type instanceof MapType empty && empty.keyType() instanceof NullType) {
            return TEXTS;
        }
        if (type instanceof MapType map
                && map.keyType() instanceof StringType
                && map.valueType() instanceof StringType) {
            return type;
        }
        throw refused(index, name, "map<string,string>", "; write every value as a text, such as '7,7' or '0.5'");
    }

    private DataType orRefused(int index, String name, String wanted) {
        throw refused(index, name, wanted, "; cast it to " + wanted.substring(wanted.lastIndexOf(' ') + 1));
    }

    private UnsupportedOperationException refused(int index, String name, String wanted, String cure) {
        return new UnsupportedOperationException(
                name + " must be " + wanted + ", but is " + type(index).catalogString() + cure);
    }
}
