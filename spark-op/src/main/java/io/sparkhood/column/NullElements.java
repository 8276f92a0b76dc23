package io.sparkhood.column;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.array_intersect;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;

/**
 * Finds arrays with a null element before Spark's encoder does, which would fail the task. Exact, in code that Spark generates,
 * without a lambda: {@code array_contains} is null for an array that has a null and not the value looked for, and the rare
 * array that has the value is looked through by {@code array_intersect}, several times slower.
 */
final class NullElements {
    /** A float that no computation is known to prefer. */
    private static final float RARE = Float.intBitsToFloat(0x2b5a6c71);

    private NullElements() {}

    /** Whether the type of a column lets an array of it have a null element. */
    static boolean possibleIn(DataType type) {
        return type instanceof ArrayType array && array.containsNull();
    }

    /** Whether an {@code array<float>} has a null element; false where the array itself is null. */
    static Column in(Column floats) {
        Column rare = array_contains(floats, lit(RARE));
        Column nulls = array_intersect(floats, array(lit(null).cast("float")));
        return when(rare.isNull(), floats.isNotNull())
                .when(rare, size(nulls).gt(0))
                .otherwise(false);
    }
}
