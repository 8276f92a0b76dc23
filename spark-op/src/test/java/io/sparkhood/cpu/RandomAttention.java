package io.sparkhood.cpu;

import static io.sparkhood.operator.NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS;
import static java.util.Objects.requireNonNull;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Small operators with every option drawn at random, and their results on a backend. */
final class RandomAttention {
    final NeighborhoodAttentionOperator operator;
    final int batch;
    private final Parameters parameters;
    private final Map<String, float[]> inputs = new HashMap<>();
    private final boolean views;
    private final boolean far;

    RandomAttention(Random random) {
        this(operator(random), 1 + random.nextInt(2), random);
    }

    private static NeighborhoodAttentionOperator operator(Random random) {
        int rank = 1 + random.nextInt(3);
        int[] most = {70, 17, 9};
        Integer[] extents = new Integer[rank];
        int[] kernelSize = new int[rank];
        int[] stride = new int[rank];
        int[] dilation = new int[rank];
        List<Integer> causal = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            extents[axis] = 1 + random.nextInt(most[rank - 1]);
            kernelSize[axis] = 1 + random.nextInt(extents[axis]);
            dilation[axis] = random.nextInt(3) == 0 ? 1 + random.nextInt(extents[axis] / kernelSize[axis]) : 1;
            stride[axis] = random.nextInt(3) == 0 ? 1 + random.nextInt(kernelSize[axis]) : 1;
            if (random.nextInt(4) == 0) {
                causal.add(axis);
            }
        }
        int keyValueHeads = 1 + random.nextInt(2);
        int[] dims = {1, 2, 3, 7, 8, 16, 17, 31, 32, 33, 40, 64, 65, 100};
        var builder = NeighborhoodAttentionOperator.on(extents)
                .kernelSize(kernelSize)
                .stride(stride)
                .dilation(dilation)
                .causalAxes(causal.stream().mapToInt(axis -> axis).toArray())
                .heads(keyValueHeads * (1 + random.nextInt(3)))
                .keyValueHeads(keyValueHeads)
                .headDim(dims[random.nextInt(dims.length)])
                .valueDim(dims[random.nextInt(dims.length)])
                .additionalTokens(random.nextInt(3) == 0 ? 1 + random.nextInt(random.nextInt(8) == 0 ? 500 : 9) : 0)
                .relativePositionBias(random.nextInt(3) == 0)
                .logSumExp(random.nextBoolean());
        if (random.nextInt(4) == 0) {
            builder.scale(new double[] {0, -0.5, 1, 2}[random.nextInt(4)]);
        }
        return builder.build();
    }

    /** Draws the inputs of an operator. */
    RandomAttention(NeighborhoodAttentionOperator operator, int batch, Random random) {
        this.operator = operator;
        this.batch = batch;
        views = random.nextBoolean();
        for (Port port : operator.inputs()) {
            inputs.put(port.name(), gaussian(random, Math.toIntExact(batch * port.elements())));
        }
        parameters = operator.relativePositionBias()
                ? Parameters.of(RELATIVE_POSITION_BIAS, gaussian(random, (int)
                        operator.parameters().get(0).elements()))
                : Parameters.NONE;
        far = random.nextInt(4) == 0;
        if (far) {
            moveScoresFarFrom0(random);
        }
    }

    /** Some queries get large scores, some very negative ones, for all of their keys. */
    private void moveScoresFarFrom0(Random random) {
        float[] keys = requireNonNull(inputs.get("key"));
        for (int i = 0; i < keys.length; i++) {
            keys[i] += 2;
        }
        float[] queries = requireNonNull(inputs.get("query"));
        int dims = operator.headDim();
        for (int from = 0; from < queries.length; from += dims) {
            float factor = random.nextBoolean() ? 1 : 50;
            for (int dim = 0; dim < dims; dim++) {
                queries[from + dim] *= factor;
            }
        }
    }

    static float[] gaussian(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** All outputs, computed by a backend on this many threads. */
    Map<String, float[]> on(Backend backend, int threads) {
        Map<String, float[]> outputs = new HashMap<>();
        try (Plan plan = backend.plan(operator, batch, parameters);
                Lane lane = backend.lane(threads)) {
            Map<String, Tensor> tensors = new HashMap<>();
            for (Port port : operator.inputs()) {
                tensors.put(port.name(), filled(lane, port));
            }
            for (Port port : operator.outputs()) {
                tensors.put(port.name(), tensor(lane, port));
            }
            plan.run(lane, batch, BoundTensors.of(plan, batch, tensors));
            lane.mark().await();
            for (Port port : operator.outputs()) {
                outputs.put(port.name(), read(port, (HostTensor) requireNonNull(tensors.get(port.name()))));
            }
        }
        return outputs;
    }

    /** The first element in which a backend differs from the reference by more than float32 sums explain. */
    Optional<String> firstDifference(Backend backend, int threads) {
        try (Backend reference = new ReferenceBackendProvider().open(BackendOptions.DEFAULT)) {
            Map<String, float[]> expected = on(reference, 1);
            Map<String, float[]> actual = on(backend, threads);
            // the rounding of a score grows with the score
            double allowed =
                    2e-5 * Math.max(1, Math.abs(operator.scale()) * Math.sqrt(operator.headDim())) * (far ? 30 : 1);
            for (Map.Entry<String, float[]> output : expected.entrySet()) {
                float[] computed = requireNonNull(actual.get(output.getKey()));
                for (int i = 0; i < computed.length; i++) {
                    float wanted = output.getValue()[i];
                    if (!(Math.abs(computed[i] - wanted) <= allowed + 2e-6 * Math.abs(wanted))) {
                        return Optional.of(output.getKey() + "[" + i + "] is " + computed[i] + " instead of " + wanted);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private HostTensor tensor(Lane lane, Port port) {
        long perToken = port.elements() / port.tokens();
        if (!views) {
            return (HostTensor) lane.tensor(DType.FLOAT32, batch * port.elements());
        }
        HostTensor whole = (HostTensor) lane.tensor(DType.FLOAT32, 3 + batch * port.tokens() * (perToken + 5));
        for (int i = 0; i < whole.elements(); i++) {
            whole.set(i, Double.NaN); // what lies between tokens must not be read
        }
        return (HostTensor) whole.view(3, perToken + 5);
    }

    private HostTensor filled(Lane lane, Port port) {
        HostTensor tensor = tensor(lane, port);
        float[] values = requireNonNull(inputs.get(port.name()));
        long perToken = port.elements() / port.tokens();
        for (int i = 0; i < values.length; i++) {
            tensor.set(place(tensor, perToken, i), values[i]);
        }
        return tensor;
    }

    private float[] read(Port port, HostTensor tensor) {
        long perToken = port.elements() / port.tokens();
        float[] values = new float[Math.toIntExact(batch * port.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.get(place(tensor, perToken, i));
        }
        return values;
    }

    private static long place(HostTensor tensor, long perToken, int i) {
        long stride = tensor.tokenStride() == 0 ? perToken : tensor.tokenStride();
        return i / perToken * stride + i % perToken;
    }

    @Override
    public String toString() {
        return operator + " x " + batch + (views ? " in views" : "") + (far ? ", far from 0" : "");
    }
}
