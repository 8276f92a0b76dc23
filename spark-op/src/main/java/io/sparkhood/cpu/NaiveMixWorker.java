package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.Normalization;
import java.util.Arrays;

/** Values mixed with weights, one pair of a query and a value at a time. */
final class NaiveMixWorker extends QueryWorker {
    private static final float LOG2_E = (float) (1 / Math.log(2));

    private final QueryWindow window;
    private final int valueDim;
    private final boolean softmax;
    private final int groupHeads;
    private final int mixed; // [valueDim in whole vectors]
    private final int widened; // likewise
    private final int sum; // [lanes]

    NaiveMixWorker(NaiveMix pass, HostLane lane, float[] scratch, int from) {
        super(pass.operator(), pass.math(), lane, scratch);
        window = new QueryWindow(operator);
        valueDim = pass.valueDim();
        softmax = pass.normalization() == Normalization.SOFTMAX;
        groupHeads = operator.heads() / operator.keyValueHeads();
        int whole = (int) wholeVectors(math, valueDim);
        mixed = from;
        widened = from + whole;
        sum = from + 2 * whole;
    }

    /** What it computes. */
    record NaiveMix(NeighborhoodOperator operator, TileMath math, int valueDim, Normalization normalization) {
        /** Floats of scratch. */
        long floats() {
            return 2 * wholeVectors(math, valueDim) + math.lanes();
        }
    }

    @Override
    void query(long row, int token) {
        window.moveTo(token);
        HeadRows output = tensors.outputs().get(0);
        for (int head = 0; head < operator.heads(); head++) {
            Arrays.fill(s, mixed, mixed + valueDim, 0f);
            float total = head(row, token, head);
            s[sum] = softmax ? total : 1;
            output.write(math, s, mixed, sum, output.place(row, token, head), 0, 1, valueDim);
        }
    }

    /** Mixes the values of a head and returns the sum of their weights. */
    private float head(long row, int token, int head) {
        HeadRows weights = tensors.weights().get(0);
        HeadRows value = tensors.values().get(0);
        int keyHead = head / groupHeads;
        int from = weights.place(row, token, head);
        float most = softmax ? most(weights, from) : 0;
        float total = 0;
        for (int z = 0; z < window.counts[0]; z++) {
            for (int y = 0; y < window.counts[1]; y++) {
                for (int x = 0; x < window.counts[2]; x++) {
                    float weight = weight(weights.get(from + window.slot(z, y, x)), most);
                    total += weight;
                    add(weight, value, value.place(row, window.token(z, y, x), keyHead));
                }
            }
        }
        for (int i = 0; i < operator.additionalTokens(); i++) {
            HeadRows additional = tensors.values().get(1);
            float weight = weight(weights.get(from + window.slots() + i), most);
            total += weight;
            add(weight, additional, additional.place(row, i, keyHead));
        }
        return total;
    }

    /** The largest score of a query and head. */
    private float most(HeadRows scores, int from) {
        float most = Float.NEGATIVE_INFINITY;
        for (int z = 0; z < window.counts[0]; z++) {
            for (int y = 0; y < window.counts[1]; y++) {
                for (int x = 0; x < window.counts[2]; x++) {
                    most = Math.max(most, scores.get(from + window.slot(z, y, x)));
                }
            }
        }
        for (int i = 0; i < operator.additionalTokens(); i++) {
            most = Math.max(most, scores.get(from + window.slots() + i));
        }
        return most;
    }

    private float weight(float given, float most) {
        if (!softmax) {
            return given;
        }
        float score = (given - most) * LOG2_E;
        return score < -127 ? 0 : Exp2.of(score); // a masked one is -infinity; of NaN it is NaN
    }

    private void add(float weight, HeadRows values, int at) {
        int value = values.widen(math, at, s, widened);
        add(s, mixed, weight, values.widened(s), value, valueDim);
    }

    private static void add(float[] s, int mixed, float weight, float[] values, int value, int dims) {
        for (int dim = 0; dim < dims; dim++) {
            s[mixed + dim] += weight * values[value + dim];
        }
    }
}
