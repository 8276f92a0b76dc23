package io.sparkhood.column;

import static org.apache.spark.sql.functions.date_from_unix_date;
import static org.apache.spark.sql.functions.timestamp_micros;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_micros;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;

/**
 * How a column that is none of a stage's business crosses typed code unchanged. Rows bring dates and timestamps as values of
 * Java's calendar, which skips 5 to 14 October 1582, and texts as UTF-16, which not every byte string has; numbers and bytes
 * cross as they are. (Inside structs, arrays and maps dates, timestamps and texts still take Java's form.)
 */
enum Passage {
    /** As it is. */
    PLAIN,
    /** As days since 1970-01-01. */
    DATE,
    /** As microseconds since 1970-01-01. */
    TIMESTAMP,
    /** As UTF-8 bytes. */
    TEXT;

    static Passage of(DataType type) {
        if (type.equals(DataTypes.DateType)) {
            return DATE;
        }
        if (type.equals(DataTypes.TimestampType)) {
            return TIMESTAMP;
        }
        return type instanceof StringType ? TEXT : PLAIN;
    }

    /** Type of the column while it crosses. */
    DataType type(DataType type) {
        return switch (this) {
            case PLAIN -> type;
            case DATE -> DataTypes.IntegerType;
            case TIMESTAMP -> DataTypes.LongType;
            case TEXT -> DataTypes.BinaryType;
        };
    }

    /** The column as it sets out. */
    Column out(Column column) {
        return switch (this) {
            case PLAIN -> column;
            case DATE -> unix_date(column);
            case TIMESTAMP -> unix_micros(column);
            case TEXT -> column.cast(DataTypes.BinaryType);
        };
    }

    /**
     * The column as it was, under its own name. Encoders know fewer types than columns have (arrays without nulls, intervals
     * of days to seconds), hence the cast.
     */
    Column back(Column crossed, StructField field) {
        Column column = switch (this) {
            case PLAIN, TEXT -> crossed;
            case DATE -> date_from_unix_date(crossed);
            case TIMESTAMP -> timestamp_micros(crossed);
        };
        return column.cast(field.dataType()).as(field.name(), field.metadata());
    }
}
