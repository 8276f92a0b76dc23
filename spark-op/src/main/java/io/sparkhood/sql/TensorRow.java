package io.sparkhood.sql;

import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** A tensor struct with its schema, which rows of RowFactory do not have. */
record TensorRow(StructType schema, List<@Nullable Object> values) implements Row {
    TensorRow {
        values = Collections.unmodifiableList(values);
    }

    @Override
    public int length() {
        return values.size();
    }

    @Override
    public @Nullable Object get(int index) {
        return values.get(index);
    }

    @Override
    public int fieldIndex(String name) {
        return schema.fieldIndex(name);
    }

    @Override
    public Row copy() {
        return this;
    }
}
