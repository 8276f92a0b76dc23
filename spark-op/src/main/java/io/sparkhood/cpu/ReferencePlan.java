package io.sparkhood.cpu;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** {@link NeighborhoodAttentionOperator} as it is defined, one query at a time, in double precision. */
record ReferencePlan(NeighborhoodAttentionOperator operator, long maxBatch, List<AxisWindow> windows, float[] bias)
        implements Plan {

    ReferencePlan(NeighborhoodAttentionOperator operator, long maxBatch, Parameters parameters) {
        this(
                operator,
                maxBatch,
                IntStream.range(0, operator.rank()).mapToObj(operator::window).toList(),
                operator.relativePositionBias()
                        ? parameters.require(operator.parameters().get(0))
                        : new float[0]);
    }

    @Override
    public String describe() {
        return "reference: one query at a time, double precision";
    }

    @Override
    public long visitedPairs() {
        return operator.visiblePairs();
    }

    @Override
    public long scratchBytes() {
        return 16L * (maxKeys() + operator.valueDim());
    }

    private long maxKeys() {
        long keys = 1;
        for (AxisWindow window : windows) {
            keys *= window.kernelSize();
        }
        return keys + operator.additionalTokens();
    }

    @Override
    public void run(Lane lane, long batch, BoundTensors tensors) {
        List<Rows> inputs = Rows.of(tensors.inputs(), operator.inputs());
        List<Rows> outputs = Rows.of(tensors.outputs(), operator.outputs());
        long tokens = operator.tokens();
        ((HostLane) lane)
                .forEach(
                        batch * tokens,
                        (thread, part) -> new Query(inputs, outputs, part / tokens, part % tokens).attend());
    }

    @Override
    public void close() {}

    /** One tensor seen as [row][token][elements of a token]. */
    private record Rows(HostTensor tensor, long tokensPerRow, long tokenStride) {
        static List<Rows> of(List<Tensor> tensors, List<Port> ports) {
            return IntStream.range(0, ports.size())
                    .mapToObj(i -> {
                        Port port = ports.get(i);
                        long stride = tensors.get(i).tokenStride();
                        long dense = port.elements() / port.tokens();
                        return new Rows((HostTensor) tensors.get(i), port.tokens(), stride != 0 ? stride : dense);
                    })
                    .toList();
        }

        double get(long row, long token, long element) {
            return tensor.get((row * tokensPerRow + token) * tokenStride + element);
        }

        void set(long row, long token, long element, double value) {
            tensor.set((row * tokensPerRow + token) * tokenStride + element, value);
        }
    }

    /** One query token of one row, all heads. */
    private final class Query {
        private final List<Rows> inputs; // query, key, value [, additionalKeys, additionalValues]
        private final List<Rows> outputs; // output [, logSumExp]
        private final long row;
        private final long token;

        Query(List<Rows> inputs, List<Rows> outputs, long row, long token) {
            this.inputs = inputs;
            this.outputs = outputs;
            this.row = row;
            this.token = token;
        }

        void attend() {
            long[] visible = visibleTokens();
            for (int head = 0; head < operator.heads(); head++) {
                attend(head, visible);
            }
        }

        /** The tokens that this query sees, in row-major order of their offsets. */
        private long[] visibleTokens() {
            long[] seen = {0};
            long[] position = position(token);
            for (int axis = 0; axis < windows.size(); axis++) {
                AxisWindow window = windows.get(axis);
                int first = window.first((int) position[axis]);
                int count = window.count((int) position[axis]);
                long[] more = new long[Math.multiplyExact(seen.length, count)];
                for (int i = 0; i < more.length; i++) {
                    int along = first + i % count * window.dilation();
                    more[i] = seen[i / count] * window.extent() + along;
                }
                seen = more;
            }
            return seen;
        }

        private long[] position(long flat) {
            long[] position = new long[windows.size()];
            for (int axis = windows.size() - 1; axis >= 0; axis--) {
                position[axis] = flat % windows.get(axis).extent();
                flat /= windows.get(axis).extent();
            }
            return position;
        }

        private void attend(int head, long[] visible) {
            int keyHead = head / (operator.heads() / operator.keyValueHeads());
            int keys = visible.length + operator.additionalTokens();
            double[] scores = new double[keys];
            for (int j = 0; j < keys; j++) {
                scores[j] = j < visible.length
                        ? operator.scale() * dot(head, inputs.get(1), visible[j], keyHead) + bias(head, visible[j])
                        : operator.scale() * dot(head, inputs.get(3), j - visible.length, keyHead);
            }
            double max = Arrays.stream(scores).reduce(Double.NEGATIVE_INFINITY, Math::max);
            double sum = 0;
            double[] weights = new double[keys];
            for (int j = 0; j < keys; j++) {
                weights[j] = Math.exp(scores[j] - max);
                sum += weights[j];
            }
            int valueDim = operator.valueDim();
            for (int dim = 0; dim < valueDim; dim++) {
                long element = (long) keyHead * valueDim + dim;
                double mixed = 0;
                for (int j = 0; j < keys; j++) {
                    mixed += weights[j]
                            * (j < visible.length
                                    ? inputs.get(2).get(row, visible[j], element)
                                    : inputs.get(4).get(row, j - visible.length, element));
                }
                outputs.get(0).set(row, token, (long) head * valueDim + dim, mixed / sum);
            }
            if (operator.logSumExp()) {
                outputs.get(1).set(row, token, head, max + Math.log(sum));
            }
        }

        private double dot(int head, Rows keys, long keyToken, int keyHead) {
            int headDim = operator.headDim();
            double dot = 0;
            for (int dim = 0; dim < headDim; dim++) {
                dot += inputs.get(0).get(row, token, (long) head * headDim + dim)
                        * keys.get(row, keyToken, (long) keyHead * headDim + dim);
            }
            return dot;
        }

        private double bias(int head, long keyToken) {
            if (!operator.relativePositionBias()) {
                return 0;
            }
            long[] from = position(token);
            long[] to = position(keyToken);
            long index = head;
            for (int axis = 0; axis < windows.size(); axis++) {
                AxisWindow window = windows.get(axis);
                long places = to[axis] / window.dilation() - from[axis] / window.dilation();
                index = index * (2L * window.kernelSize() - 1) + places + window.kernelSize() - 1;
            }
            return bias[(int) index];
        }
    }
}
