package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.Arrays;

/** Makes weights of the scores that lie in the lane's memory, query by query and in place. */
final class SoftmaxWorker extends QueryWorker {
    private static final float LOG2_E = (float) (1 / Math.log(2));
    private static final double LN_2 = Math.log(2);

    private final boolean logSumExp;
    private final int slots;
    private final int vectors;
    private final int row; // [slots in whole pairs of vectors]
    private final int max; // [lanes]
    private final int sum; // [lanes]

    SoftmaxWorker(NeighborhoodAttentionOperator operator, TileMath math, HostLane lane, float[] scratch, int from) {
        super(operator, math, lane, scratch);
        logSumExp = operator.logSumExp();
        slots = (int) operator.slots();
        int whole = (int) wholeVectors(math, slots);
        vectors = whole / math.lanes();
        row = from;
        max = row + whole;
        sum = max + math.lanes();
    }

    /** Floats of scratch. */
    static long floats(NeighborhoodAttentionOperator operator, TileMath math) {
        return wholeVectors(math, operator.slots()) + 2L * math.lanes();
    }

    @Override
    void query(long row, int token) {
        HeadRows weights = tensors.weights().get(0);
        for (int head = 0; head < operator.heads(); head++) {
            double sumExp = weigh(weights.floats(), weights.place(row, token, head));
            if (logSumExp) {
                HeadRows output = tensors.outputs().get(1);
                output.set(output.place(row, token, head), s[max] * LN_2 + Math.log(sumExp));
            }
        }
    }

    /** Makes weights of the scores of one query and head, and returns the sum of their exponentials. */
    private double weigh(float[] weights, int from) {
        for (int i = 0; i < slots; i++) {
            float score = weights[from + i] * LOG2_E;
            s[row + i] = score < TileMath.MASKED ? TileMath.MASKED : score;
        }
        int lanes = math.lanes();
        Arrays.fill(s, row + slots, row + vectors * lanes, TileMath.MASKED);
        Arrays.fill(s, max, max + lanes, -Float.MAX_VALUE);
        Arrays.fill(s, sum, sum + lanes, 0f);
        math.maximum(s, row, vectors, max);
        float most = s[max];
        for (int lane = 1; lane < lanes; lane++) {
            most = Math.max(most, s[max + lane]);
        }
        Arrays.fill(s, max, max + lanes, most);
        math.exponentials(s, row, vectors, max, sum);
        float total = most <= TileMath.MASKED ? Float.NaN : 0;
        for (int lane = 0; lane < lanes; lane++) {
            total += s[sum + lane];
        }
        float factor = 1 / total;
        for (int i = 0; i < slots; i++) {
            weights[from + i] = s[row + i] * factor;
        }
        return total;
    }
}
