package io.sparkhood.backend.contract;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.Normalization;
import io.sparkhood.operator.Port;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Inputs for some rows of one half of attention.
 *
 * @param inputs by port name, all rows one after the other
 */
public record UnfusedCase(
        String name, NeighborhoodOperator operator, int batch, Map<String, float[]> inputs, Parameters parameters) {
    /** In place of the key of a slot that has none. */
    public static final long NO_KEY = -1;

    /** The first half of an example. */
    public static UnfusedCase scores(String name, Example example) {
        NeighborhoodOperator operator = example.operator().scores();
        return new UnfusedCase(
                "scores of " + name, operator, example.batch(), inputs(operator, example), example.parameters());
    }

    /**
     * The second half of an example, with drawn weights or scores. Of the scores some are -infinity, as a mask makes them; in
     * slots without a key lie NaNs.
     */
    public static UnfusedCase aggregate(String name, Example example, Normalization normalization) {
        NeighborhoodOperator operator = example.operator().aggregate(normalization);
        Port port = operator.inputs().get(0);
        Random random = new Random(Example.SEED ^ name.hashCode());
        float[] weights = new float[Math.toIntExact(example.batch() * port.elements())];
        int slots = Math.toIntExact(operator.slots());
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian();
            boolean masked = normalization == Normalization.SOFTMAX && i % slots > 0 && random.nextInt(5) == 0;
            weights[i] = masked ? Float.NEGATIVE_INFINITY : weights[i];
        }
        Map<String, float[]> inputs = inputs(operator, example);
        inputs.put("weights", withoutKey(operator, weights, Float.NaN));
        return new UnfusedCase(normalization + " " + name, operator, example.batch(), inputs, Parameters.NONE);
    }

    /** The second half of an example, with these weights or scores. */
    public static UnfusedCase aggregate(String name, Example example, Normalization normalization, float[] weights) {
        NeighborhoodOperator operator = example.operator().aggregate(normalization);
        Map<String, float[]> inputs = inputs(operator, example);
        inputs.put("weights", weights);
        return new UnfusedCase(name, operator, example.batch(), inputs, Parameters.NONE);
    }

    private static Map<String, float[]> inputs(NeighborhoodOperator operator, Example example) {
        Map<String, float[]> inputs = new LinkedHashMap<>();
        for (Port port : operator.inputs()) {
            if (!port.name().equals("weights")) {
                inputs.put(port.name(), example.input(port.name()));
            }
        }
        return inputs;
    }

    /** A copy of scores or weights of whole rows, with another value in every slot without a key. */
    public static float[] withoutKey(NeighborhoodOperator operator, float[] ofSlots, float value) {
        float[] changed = ofSlots.clone();
        int slots = Math.toIntExact(operator.slots());
        for (int i = 0; i < changed.length; i++) {
            long token = i / slots / operator.heads() % operator.tokens();
            if (keyOf(operator, token, i % slots) == NO_KEY) {
                changed[i] = value;
            }
        }
        return changed;
    }

    /** The token of the key in a slot of a query, {@link #NO_KEY}, or {@code -2 - n} for the additional key n. */
    public static long keyOf(NeighborhoodOperator operator, long token, int slot) {
        int onGrid = Math.toIntExact(operator.slots()) - operator.additionalTokens();
        if (slot >= onGrid) {
            return -2 - (slot - onGrid);
        }
        long key = 0;
        long unit = 1;
        long rest = token;
        int offsets = slot;
        for (int axis = operator.rank() - 1; axis >= 0; axis--) {
            AxisWindow window = operator.window(axis);
            int position = (int) (rest % window.extent());
            int offset = offsets % window.kernelSize();
            if (offset >= window.count(position)) {
                return NO_KEY;
            }
            key += unit * (window.first(position) + (long) offset * window.dilation());
            unit *= window.extent();
            rest /= window.extent();
            offsets /= window.kernelSize();
        }
        return key;
    }

    /** A copy in which one element of an input is another value. */
    public UnfusedCase with(String port, int index, float value) {
        Map<String, float[]> changed = new LinkedHashMap<>(inputs);
        float[] values = input(port).clone();
        values[index] = value;
        changed.put(port, values);
        return new UnfusedCase(name, operator, batch, changed, parameters);
    }

    /** One row alone. */
    public UnfusedCase row(int row) {
        Map<String, float[]> alone = new LinkedHashMap<>();
        for (Port port : operator.inputs()) {
            int length = Math.toIntExact(port.elements());
            alone.put(port.name(), Arrays.copyOfRange(input(port.name()), row * length, (row + 1) * length));
        }
        return new UnfusedCase(name, operator, 1, alone, parameters);
    }

    /** One of the inputs. */
    public float[] input(String port) {
        float[] values = inputs.get(port);
        if (values == null) {
            throw new IllegalArgumentException("no input " + port);
        }
        return values;
    }

    /** Plans, runs and reads back on a lane of its own. */
    public Outputs on(Backend backend, int threads) {
        try (Lane lane = backend.lane(threads);
                Plan plan = backend.plan(operator, batch, parameters)) {
            return Outputs.of(plan, lane, batch, inputs);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
