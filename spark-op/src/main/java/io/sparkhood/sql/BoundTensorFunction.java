package io.sparkhood.sql;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.types.DataType;

/**
 * A function for arguments of known types. Two of one class and types are equal, so that Spark computes equal calls once.
 * Subclasses have a method {@code invoke} with exactly the Java types of the arguments, which Spark finds by its name and
 * calls from the code that it generates; that is why they are public.
 */
abstract class BoundTensorFunction implements ScalarFunction<Object> {
    private static final long serialVersionUID = 1;

    private final String name;
    private final List<DataType> inputTypes;
    private final DataType resultType;

    BoundTensorFunction(String name, DataType resultType, DataType... inputTypes) {
        this.name = name;
        this.resultType = resultType;
        this.inputTypes = List.of(inputTypes);
    }

    /** The result, or an error that names the function. */
    final Object named(Supplier<Object> result) {
        try {
            return result.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final DataType[] inputTypes() {
        return inputTypes.toArray(DataType[]::new);
    }

    @Override
    public final DataType resultType() {
        return resultType;
    }

    /** The name with the types of the arguments, one for each way a call can be bound. */
    @Override
    public final String canonicalName() {
        return Arrays.stream(inputTypes())
                .map(DataType::catalogString)
                .collect(Collectors.joining(",", "io.sparkhood." + name + "(", ")"));
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof BoundTensorFunction that
                && getClass() == that.getClass()
                && inputTypes.equals(that.inputTypes);
    }

    @Override
    public final int hashCode() {
        return 31 * getClass().hashCode() + inputTypes.hashCode();
    }

    @Override
    public final String toString() {
        return canonicalName();
    }
}
