package io.sparkhood.backend;

import io.sparkhood.operator.Operator;
import io.sparkhood.operator.Port;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Values of an operator's shared tensors by name, as float32. Immutable: arrays are copied in, and equal by content. */
public final class Parameters {
    /** For operators that have none. */
    public static final Parameters NONE = new Parameters(Map.of());

    private final Map<String, float[]> values;
    private final int hash;

    private Parameters(Map<String, float[]> values) {
        this.values = values;
        int sum = 0;
        for (Map.Entry<String, float[]> entry : values.entrySet()) {
            sum += entry.getKey().hashCode() ^ Arrays.hashCode(entry.getValue());
        }
        this.hash = sum;
    }

    /** One parameter. */
    public static Parameters of(String name, float[] value) {
        return NONE.and(name, value);
    }

    /** These and one more. */
    public Parameters and(String name, float[] value) {
        Map<String, float[]> more = new HashMap<>(values);
        more.put(name, value.clone());
        return new Parameters(more);
    }

    /**
     * A copy-free look at a parameter; callers must not write to it.
     *
     * @throws IllegalArgumentException if it is missing or its length is not the port's
     */
    @SuppressWarnings("NullAway") // Map.get of a missing key is what is asked here
    public float[] require(Port port) {
        float[] value = values.get(port.name());
        if (value == null) {
            throw new IllegalArgumentException(
                    "parameter " + port.name() + " of shape " + port.shape() + " is missing");
        }
        if (value.length != port.elements()) {
            throw new IllegalArgumentException("parameter " + port.name() + " must have " + port.elements()
                    + " elements, shape " + port.shape() + ", but has " + value.length);
        }
        return value;
    }

    /**
     * Checks that every parameter of the operator is here.
     *
     * @throws IllegalArgumentException if one is missing or has the wrong length
     */
    public void requireFor(Operator operator) {
        operator.parameters().forEach(this::require);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Parameters that) || !values.keySet().equals(that.values.keySet())) {
            return false;
        }
        return values.entrySet().stream()
                .allMatch(entry -> Arrays.equals(entry.getValue(), that.values.get(entry.getKey())));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return "Parameters" + values.keySet();
    }
}
