package io.sparkhood.backend.contract;

import static io.sparkhood.operator.NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS;

import io.sparkhood.backend.Parameters;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Inputs for some rows of an operator, exactly representable in its dtype.
 *
 * @param inputs by port name, all rows one after the other
 */
public record Example(
        NeighborhoodAttentionOperator operator, int batch, Map<String, float[]> inputs, Parameters parameters) {
    /** Seed of random examples; {@code -Dsparkhood.testSeed=} repeats another run. */
    public static final long SEED = Long.getLong("sparkhood.testSeed", 20261121L);

    /** Normally distributed inputs, the same for the same case and seed. */
    public static Example random(NamedCase named) {
        Random random = new Random(SEED ^ named.name().hashCode());
        NeighborhoodAttentionOperator operator = named.operator();
        Map<String, float[]> inputs = new LinkedHashMap<>();
        for (Port port : operator.inputs()) {
            float[] values = new float[Math.toIntExact(named.batch() * port.elements())];
            for (int i = 0; i < values.length; i++) {
                values[i] = rounded((float) random.nextGaussian(), operator.dtype());
            }
            inputs.put(port.name(), values);
        }
        Parameters parameters = Parameters.NONE;
        for (Port port : operator.parameters()) {
            float[] values = new float[Math.toIntExact(port.elements())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            parameters = parameters.and(RELATIVE_POSITION_BIAS, values);
        }
        return new Example(operator, named.batch(), inputs, parameters);
    }

    private static float rounded(float value, DType dtype) {
        return dtype == DType.FLOAT32 ? value : dtype.widen(dtype.narrow(value));
    }

    /** One of the inputs. */
    public float[] input(String name) {
        float[] values = inputs.get(name);
        if (values == null) {
            throw new IllegalArgumentException("no input " + name);
        }
        return values;
    }

    /** A copy in which one element of an input is another value. */
    public Example with(String name, int index, float value) {
        Map<String, float[]> changed = new LinkedHashMap<>(inputs);
        float[] values = input(name).clone();
        values[index] = value;
        changed.put(name, values);
        return new Example(operator, batch, changed, parameters);
    }

    /** One row alone. */
    public Example row(int row) {
        Map<String, float[]> alone = new LinkedHashMap<>();
        for (Port port : operator.inputs()) {
            int length = Math.toIntExact(port.elements());
            float[] values = new float[length];
            System.arraycopy(input(port.name()), row * length, values, 0, length);
            alone.put(port.name(), values);
        }
        return new Example(operator, 1, alone, parameters);
    }

    /** The same inputs for the same operator in float32. */
    public Example inFloat32() {
        return new Example(
                new NamedCase("", operator, batch).with(DType.FLOAT32).operator(), batch, inputs, parameters);
    }
}
