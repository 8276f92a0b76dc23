package io.sparkhood.backend.contract;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far an output may be from the double-precision reference: twice the largest error of a naive float32 evaluation of
 * the same example, plus a few roundings, plus half a unit of the output's dtype. Derived, not invented: among the roundings
 * is one of the largest score, because a score that is rounded at all makes its weight, e to the score, wrong by that much.
 * A backend that rounds the weights themselves, as tensor cores must, has half a unit of them more: {@link #weightsIn}.
 */
public final class ErrorBudget {
    private static final double ROUNDINGS = 4 * 0x1p-24;

    private final Example example;
    private final Outputs expected;
    private final double naiveOutput;
    private final double naiveLogSumExp;
    private final double largestValue;
    private final double roundings;
    private double weightRounding;

    private ErrorBudget(Example example, Outputs expected, float[] output, float[] logSumExp, float largestScore) {
        this.example = example;
        this.expected = expected;
        this.naiveOutput = largestDifference(output, expected.get("output"));
        this.naiveLogSumExp =
                example.operator().logSumExp() ? largestDifference(logSumExp, expected.get("logSumExp")) : 0;
        double largest = 0;
        for (float value : example.input("value")) {
            largest = Math.max(largest, Math.abs(value));
        }
        if (example.operator().additionalTokens() > 0) {
            for (float value : example.input("additionalValues")) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        this.largestValue = largest;
        this.roundings = ROUNDINGS + 0x1p-24 * largestScore;
    }

    /**
     * The budget of an example.
     *
     * @param example in the dtype under test
     * @param expected the reference's outputs for {@code example.inFloat32()}
     */
    public static ErrorBudget of(Example example, Outputs expected) {
        int outputs = expected.get("output").length;
        float[] output = new float[outputs];
        float[] logSumExp = new float[outputs / example.operator().valueDim()];
        float largestScore = new NaiveFloat(example).evaluate(output, logSumExp);
        return new ErrorBudget(example, expected, output, logSumExp, largestScore);
    }

    /**
     * Allows for weights that are rounded to an element type before the values are mixed: no more than half a unit of the
     * largest value, since weights are positive and their sum is 1.
     */
    public ErrorBudget weightsIn(DType dtype) {
        weightRounding = halfUnit(dtype) * largestValue;
        return this;
    }

    private static double largestDifference(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs((double) a[i] - b[i]))
                .max()
                .orElse(0);
    }

    /** Fails with the first five mismatches: case, place, expected, got, budget. Returns the largest share of the budget used. */
    public double check(String name, Outputs actual) {
        List<String> mismatches = new ArrayList<>();
        double used = 0;
        for (Port port : example.operator().outputs()) {
            boolean main = port.name().equals("output");
            float[] want = expected.get(port.name());
            float[] got = actual.get(port.name());
            for (int i = 0; i < want.length; i++) {
                double magnitude = Math.max(main ? largestValue : 1, Math.abs(want[i]));
                double budget = 2 * (main ? naiveOutput : naiveLogSumExp)
                        + roundings * magnitude
                        + (main ? weightRounding : 0)
                        + halfUnit(port.dtype()) * Math.abs(want[i]);
                double error = Math.abs((double) got[i] - want[i]);
                used = Math.max(used, error / budget);
                if (!(error <= budget) && mismatches.size() < 5) {
                    mismatches.add(port.name() + place(port, i) + ": expected " + want[i] + ", got " + got[i]
                            + ", error " + error + " > budget " + budget);
                }
            }
        }
        if (!mismatches.isEmpty()) {
            throw new AssertionError(name + " " + example.operator() + " seed " + Example.SEED + "\n  "
                    + String.join("\n  ", mismatches));
        }
        return used;
    }

    /** Half a unit in the last place of 1, where a type has fewer digits than float32. */
    static double halfUnit(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> 0;
            case FLOAT16 -> 0x1p-11;
            case BFLOAT16 -> 0x1p-8;
        };
    }

    private static String place(Port port, int flat) {
        long[] place = new long[port.shape().size() + 1];
        long rest = flat;
        for (int axis = place.length - 1; axis > 0; axis--) {
            place[axis] = rest % port.shape().get(axis - 1);
            rest /= port.shape().get(axis - 1);
        }
        place[0] = rest;
        return Arrays.toString(place);
    }

    /** What anybody would write first: float32 throughout, softmax over the visible keys one after the other. */
    private static final class NaiveFloat {
        private final Example example;
        private final NeighborhoodAttentionOperator operator;
        private final List<AxisWindow> windows;
        private final float[] query;
        private final float[] key;
        private final float[] value;
        private final float[] bias;
        private float largestScore;

        NaiveFloat(Example example) {
            this.example = example;
            this.operator = example.operator();
            this.windows = IntStream.range(0, operator.rank())
                    .mapToObj(operator::window)
                    .toList();
            this.query = example.input("query");
            this.key = example.input("key");
            this.value = example.input("value");
            this.bias = operator.relativePositionBias()
                    ? example.parameters().require(operator.parameters().get(0))
                    : new float[0];
        }

        /** Fills both and returns the largest magnitude of a score. */
        float evaluate(float[] output, float[] logSumExp) {
            int tokens = Math.toIntExact(operator.tokens());
            int heads = operator.heads();
            for (int row = 0; row < example.batch(); row++) {
                for (int token = 0; token < tokens; token++) {
                    int[] seen = seen(token);
                    for (int head = 0; head < heads; head++) {
                        int at = (row * tokens + token) * heads + head;
                        logSumExp[at] = attend(row, token, head, seen, output, at * operator.valueDim());
                    }
                }
            }
            return largestScore;
        }

        private float attend(int row, int token, int head, int[] seen, float[] output, int to) {
            int additional = operator.additionalTokens();
            int tokens = Math.toIntExact(operator.tokens());
            int group = head / (operator.heads() / operator.keyValueHeads());
            int kv = operator.keyValueHeads();
            float[] scores = new float[seen.length + additional];
            float max = Float.NEGATIVE_INFINITY;
            int from = ((row * tokens + token) * operator.heads() + head) * operator.headDim();
            for (int j = 0; j < scores.length; j++) {
                boolean onGrid = j < seen.length;
                float[] keys = onGrid ? key : example.input("additionalKeys");
                int at = onGrid ? row * tokens + seen[j] : row * additional + j - seen.length;
                float dot = 0;
                for (int dim = 0; dim < operator.headDim(); dim++) {
                    dot += query[from + dim] * keys[(at * kv + group) * operator.headDim() + dim];
                }
                scores[j] = (float) operator.scale() * dot + (onGrid ? bias(head, token, seen[j]) : 0);
                max = Math.max(max, scores[j]);
                largestScore = Math.max(largestScore, Math.abs(scores[j]));
            }
            float sum = 0;
            for (int j = 0; j < scores.length; j++) {
                boolean onGrid = j < seen.length;
                float[] values = onGrid ? value : example.input("additionalValues");
                int at = onGrid ? row * tokens + seen[j] : row * additional + j - seen.length;
                float weight = (float) Math.exp(scores[j] - max);
                sum += weight;
                for (int dim = 0; dim < operator.valueDim(); dim++) {
                    output[to + dim] += weight * values[(at * kv + group) * operator.valueDim() + dim];
                }
            }
            for (int dim = 0; dim < operator.valueDim(); dim++) {
                output[to + dim] /= sum;
            }
            return max + (float) Math.log(sum);
        }

        private int[] seen(int token) {
            int[] seen = {0};
            int[] position = position(token);
            for (int axis = 0; axis < windows.size(); axis++) {
                AxisWindow window = windows.get(axis);
                int count = window.count(position[axis]);
                int[] more = new int[seen.length * count];
                for (int i = 0; i < more.length; i++) {
                    more[i] = seen[i / count] * window.extent()
                            + window.first(position[axis])
                            + i % count * window.dilation();
                }
                seen = more;
            }
            return seen;
        }

        private int[] position(int token) {
            int[] position = new int[windows.size()];
            for (int axis = windows.size() - 1; axis >= 0; axis--) {
                position[axis] = token % windows.get(axis).extent();
                token /= windows.get(axis).extent();
            }
            return position;
        }

        private float bias(int head, int token, int keyToken) {
            if (bias.length == 0) {
                return 0;
            }
            int[] from = position(token);
            int[] to = position(keyToken);
            int index = head;
            for (int axis = 0; axis < windows.size(); axis++) {
                AxisWindow window = windows.get(axis);
                int places = to[axis] / window.dilation() - from[axis] / window.dilation();
                index = index * (2 * window.kernelSize() - 1) + places + window.kernelSize() - 1;
            }
            return bias[index];
        }
    }
}
