package io.sparkhood.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.Operator;
import io.sparkhood.operator.Port;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a backend wrote for an example.
 *
 * @param values by port name, all rows one after the other
 */
public record Outputs(Map<String, float[]> values) {
    private static final int MARGIN =
            37; // elements before and after every tensor, odd so that nothing is aligned by luck
    private static final float CANARY = -7.5f; // exact in every dtype

    /** Plans, runs and reads back on a lane of its own. */
    public static Outputs of(Backend backend, Example example, int threads) {
        try (Lane lane = backend.lane(threads);
                Plan plan = backend.plan(example.operator(), example.batch(), example.parameters())) {
            return of(plan, lane, example);
        }
    }

    /** Runs and reads back; fails if an input changed or something beside the outputs was written. */
    public static Outputs of(Plan plan, Lane lane, Example example) {
        return of(plan, lane, example.batch(), example.inputs());
    }

    /** As above, for any operator: inputs by port name, all rows one after the other. */
    public static Outputs of(Plan plan, Lane lane, int batch, Map<String, float[]> inputs) {
        Operator operator = plan.operator();
        Map<String, Tensor> whole = new LinkedHashMap<>();
        Map<String, Tensor> bound = new LinkedHashMap<>();
        for (Port port : operator.inputs()) {
            place(lane, port, framed(input(inputs, port)), whole, bound);
        }
        for (Port port : operator.outputs()) {
            float[] empty = new float[Math.toIntExact(batch * port.elements())];
            place(lane, port, framed(empty), whole, bound);
        }
        plan.run(lane, batch, BoundTensors.of(plan, batch, bound));
        whole.values().forEach(tensor -> lane.download(tensor, tensor.elements()));
        lane.mark().await();

        for (Port port : operator.inputs()) {
            assertThat(inner(lane, whole, port)).as("input " + port.name()).isEqualTo(input(inputs, port));
        }
        Map<String, float[]> values = new LinkedHashMap<>();
        for (Port port : operator.outputs()) {
            values.put(port.name(), inner(lane, whole, port));
        }
        whole.values().forEach(Tensor::close);
        return new Outputs(values);
    }

    private static float[] input(Map<String, float[]> inputs, Port port) {
        return Objects.requireNonNull(inputs.get(port.name()), port.name());
    }

    /** One row alone. */
    Outputs row(Operator operator, int row) {
        Map<String, float[]> alone = new LinkedHashMap<>();
        for (Port port : operator.outputs()) {
            int length = Math.toIntExact(port.elements());
            alone.put(port.name(), Arrays.copyOfRange(get(port.name()), row * length, (row + 1) * length));
        }
        return new Outputs(alone);
    }

    private static void place(
            Lane lane, Port port, float[] framed, Map<String, Tensor> whole, Map<String, Tensor> bound) {
        Tensor tensor = lane.tensor(port.dtype(), framed.length);
        lane.staging(tensor).write(0, framed, 0, framed.length);
        lane.upload(tensor, framed.length);
        whole.put(port.name(), tensor);
        bound.put(port.name(), tensor.view(MARGIN, 0));
    }

    private static float[] framed(float[] values) {
        float[] framed = new float[values.length + 2 * MARGIN];
        Arrays.fill(framed, CANARY);
        System.arraycopy(values, 0, framed, MARGIN, values.length);
        return framed;
    }

    private static float[] inner(Lane lane, Map<String, Tensor> whole, Port port) {
        Tensor tensor = whole.get(port.name());
        if (tensor == null) {
            throw new IllegalStateException("no tensor " + port.name());
        }
        float[] framed = new float[Math.toIntExact(tensor.elements())];
        lane.staging(tensor).read(0, framed, 0, framed.length);
        for (int i = 0; i < MARGIN; i++) {
            assertThat(framed[i])
                    .as("%s, %d elements before its start", port.name(), MARGIN - i)
                    .isEqualTo(CANARY);
            assertThat(framed[framed.length - 1 - i])
                    .as("%s, %d elements after its end", port.name(), MARGIN - i)
                    .isEqualTo(CANARY);
        }
        return Arrays.copyOfRange(framed, MARGIN, framed.length - MARGIN);
    }

    /** One of the outputs. */
    public float[] get(String name) {
        float[] found = values.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no output " + name);
        }
        return found;
    }

    /** Fails unless elements are finite where the expected ones are, and near them there: a few roundings of any backend. */
    void assertFiniteWhere(Outputs expected, DType dtype, String what) {
        double tolerance = dtype == DType.FLOAT32 ? 1e-4 : 0.05;
        values.forEach((name, array) -> {
            float[] wanted = expected.get(name);
            for (int i = 0; i < array.length; i++) {
                double error = Math.abs((double) array[i] - wanted[i]);
                boolean right = Float.isFinite(wanted[i])
                        ? error <= tolerance * (1 + Math.abs(wanted[i]))
                        : !Float.isFinite(array[i]);
                if (!right) {
                    throw new AssertionError(
                            what + ": " + name + "[" + i + "] is " + array[i] + ", expected " + wanted[i]);
                }
            }
        });
    }

    /** Fails unless both hold the same bits. */
    public void assertSameBits(Outputs expected, String what) {
        values.forEach((name, array) -> {
            float[] other = expected.get(name);
            assertThat(array.length).isEqualTo(other.length);
            for (int i = 0; i < array.length; i++) {
                if (Float.floatToIntBits(array[i]) != Float.floatToIntBits(other[i])) {
                    throw new AssertionError(
                            what + ": " + name + "[" + i + "] is " + array[i] + ", expected the bits of " + other[i]);
                }
            }
        });
    }
}
