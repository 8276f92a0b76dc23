package io.sparkhood.cuda;

import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cuda.EmulatedRun.Layout;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Small cases that together take every path of the softmax between scores and aggregate. */
final class SoftmaxMutationCases {
    private static final Layout LAYOUT = new Layout(37, 3, 2);

    /** Roundings of a weight and of a logarithm beside those of their sum. */
    private static final int ROUNDINGS = 16;

    private final Random random = new Random(1);
    private final List<MutationCase> cases = new ArrayList<>();

    private SoftmaxMutationCases() {}

    /** All of them. */
    static List<MutationCase> all() {
        SoftmaxMutationCases list = new SoftmaxMutationCases();
        for (int slots : new int[] {1, 2, 31, 33, 65, 97, 130, 300}) {
            list.add(slots, 3, true, list.scores(slots, 3, 1));
        }
        list.add(33, 1, false, list.scores(33, 1, 30));
        for (int slots : new int[] {40, 72, 104, 160}) {
            list.add(slots, 16, true, list.spiked(slots, 16));
        }
        list.add(40, 3, true, list.masked(40, 3));
        float[] poisoned = list.scores(40, 3, 1);
        poisoned[45] = Float.NaN;
        list.add(40, 3, true, poisoned);
        return List.copyOf(list.cases);
    }

    private float[] scores(int slots, int heads, float spread) {
        float[] scores = new float[2 * 5 * heads * slots];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = spread * (float) random.nextGaussian();
        }
        return scores;
    }

    /** Each slot is that of the largest score of a query, without which weights are infinite. */
    private float[] spiked(int slots, int heads) {
        float[] scores = scores(slots, heads, 1);
        for (int query = 0; query < scores.length / slots; query++) {
            scores[query * slots + query % slots] = 100;
        }
        return scores;
    }

    /** Some scores are -infinity, and all of two queries. */
    private float[] masked(int slots, int heads) {
        float[] scores = scores(slots, heads, 2);
        for (int i = 0; i < scores.length; i += 3) {
            scores[i] = Float.NEGATIVE_INFINITY;
        }
        Arrays.fill(scores, 2 * slots, 4 * slots, Float.NEGATIVE_INFINITY);
        return scores;
    }

    private void add(int slots, int heads, boolean logSumExp, float[] scores) {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(5)
                .heads(heads)
                .headDim(1)
                .kernelSize(1)
                .additionalTokens(slots - 1)
                .logSumExp(logSumExp)
                .build();
        EmulatedStep step = EmulatedStep.of(UnfusedEntryPoint.SOFTMAX, operator);
        Port port = operator.scores().outputs().get(0);
        List<Port> outputs = new ArrayList<>(List.of(port));
        operator.outputs().stream()
                .filter(other -> other.name().equals("logSumExp"))
                .forEach(outputs::add);
        cases.add(new MutationCase(
                (entryPoint, emulator) -> {
                    EmulatedTensors tensors = new EmulatedTensors(emulator, LAYOUT, 2);
                    tensors.output(port, scores);
                    outputs.stream().skip(1).forEach(tensors::output);
                    return step.run(entryPoint, emulator, tensors, 0, outputs);
                },
                actual -> check(scores, slots, logSumExp, actual)));
    }

    private static void check(float[] scores, int slots, boolean logSumExp, Outputs actual) {
        float[] weights = actual.get("scores");
        for (int query = 0; query < scores.length / slots; query++) {
            double maximum = Double.NEGATIVE_INFINITY;
            for (int slot = 0; slot < slots; slot++) {
                maximum = Math.max(maximum, scores[query * slots + slot]);
            }
            double sum = 0;
            for (int slot = 0; slot < slots; slot++) {
                sum += Math.exp(scores[query * slots + slot] - maximum);
            }
            for (int slot = 0; slot < slots; slot++) {
                int at = query * slots + slot;
                double weight = Math.exp(scores[at] - maximum) / sum;
                // a rounded exponent moves a weight by the more the larger it is
                double roundings = ROUNDINGS + slots / 32.0 + 4 * (maximum - scores[at]);
                require("weights", at, weight, weights[at], roundings * weight);
            }
            if (logSumExp) {
                double expected = maximum + Math.log(sum);
                double magnitude = ROUNDINGS + slots / 32.0 + 2 * Math.abs(maximum);
                require("logSumExp", query, expected, actual.get("logSumExp")[query], magnitude);
            }
        }
    }

    private static void require(String what, int at, double expected, float got, double roundings) {
        boolean near = Double.isNaN(expected)
                ? Float.isNaN(got)
                : Math.abs(got - expected) <= Math.max(roundings > 0 ? roundings * 0x1p-24 : 0, Float.MIN_NORMAL);
        if (!near) {
            throw new AssertionError(what + "[" + at + "] is " + got + ", not " + expected);
        }
    }
}
