package io.sparkhood.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.Port;
import java.util.LinkedHashMap;
import java.util.Map;

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
        Map<String, Tensor> whole = new LinkedHashMap<>();
        Map<String, Tensor> bound = new LinkedHashMap<>();
        for (Port port : example.operator().inputs()) {
            place(lane, port, framed(example.input(port.name())), whole, bound);
        }
        for (Port port : example.operator().outputs()) {
            float[] empty = new float[Math.toIntExact(example.batch() * port.elements())];
            place(lane, port, framed(empty), whole, bound);
        }
        plan.run(lane, example.batch(), BoundTensors.of(plan, example.batch(), bound));
        whole.values().forEach(tensor -> lane.download(tensor, tensor.elements()));
        lane.mark().await();

        for (Port port : example.operator().inputs()) {
            assertThat(inner(lane, whole, port)).as("input " + port.name()).isEqualTo(example.input(port.name()));
        }
        Map<String, float[]> values = new LinkedHashMap<>();
        for (Port port : example.operator().outputs()) {
            values.put(port.name(), inner(lane, whole, port));
        }
        whole.values().forEach(Tensor::close);
        return new Outputs(values);
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
        java.util.Arrays.fill(framed, CANARY);
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
        return java.util.Arrays.copyOfRange(framed, MARGIN, framed.length - MARGIN);
    }

    /** One of the outputs. */
    public float[] get(String name) {
        float[] found = values.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no output " + name);
        }
        return found;
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
