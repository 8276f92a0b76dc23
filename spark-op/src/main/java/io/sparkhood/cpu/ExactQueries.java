package io.sparkhood.cpu;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Queries computed again from what they see alone.
 *
 * <p>A patch is multiplied with all keys that one of its queries sees; what a query does not see weighs 0. But 0 times a number
 * that is not finite is NaN, as is a masked score of one. So queries whose output is not finite come here; it stays so if they
 * do see such a number.
 */
final class ExactQueries {
    private static final double LN_2 = Math.log(2);

    private final Workbench bench;
    private final NeighborhoodAttentionOperator operator;
    private final List<AxisWindow> windows;

    ExactQueries(Workbench bench) {
        this.bench = bench;
        operator = bench.operator;
        windows = IntStream.range(0, operator.rank()).mapToObj(operator::window).toList();
    }

    /** Attention of one query of the row under way; scores are exponents of 2. */
    void attend(int head, int token) {
        HeadRows query = bench.tensors.query().get(0);
        int from = query.base(bench.row, head) + token * query.tokenStride();
        if (query.hasNan(from)) {
            return; // so has the output, whatever it sees: rows of nothing else cost no more than others
        }
        SeenKeys seen = SeenKeys.of(windows, token);
        double[] scores = new double[seen.count() + operator.additionalTokens()];
        for (int j = 0; j < scores.length; j++) {
            HeadRows keys = bench.tensors.keys().get(j < seen.count() ? 0 : 1);
            double dot = 0;
            int key = place(keys, seen, j, head);
            for (int dim = 0; dim < query.dims(); dim++) {
                dot += (double) query.get(from + dim) * keys.get(key + dim);
            }
            scores[j] = bench.tiling.queryFactor() * dot
                    + (j < seen.count() ? bias(head, token, (int) seen.tokens()[j]) : 0);
        }
        double logSumExp = weigh(scores, LN_2);
        mix(head, token, seen, scores);
        if (operator.logSumExp()) {
            HeadRows output = bench.tensors.outputs().get(1);
            output.set(output.base(bench.row, head) + token * output.tokenStride(), logSumExp);
        }
    }

    /** The values that one query sees, mixed with its weights or with the softmax of its scores. */
    void mix(int head, int token, boolean softmax) {
        SeenKeys seen = SeenKeys.of(windows, token);
        HeadRows given = bench.tensors.weights().get(0);
        int from = given.base(bench.row, head) + token * given.tokenStride();
        int onGrid = given.dims() - operator.additionalTokens();
        double[] weights = new double[seen.count() + operator.additionalTokens()];
        for (int j = 0; j < weights.length; j++) {
            weights[j] = given.get(from + (j < seen.count() ? seen.slots()[j] : onGrid + j - seen.count()));
            if (Double.isNaN(weights[j])) {
                return; // so is the output already
            }
        }
        if (softmax) {
            weigh(weights, 1);
        }
        mix(head, token, seen, weights);
    }

    /** Makes weights of scores, in place, and returns their logSumExp; {@code unit} is what a score of 1 means in natural logarithms. */
    private static double weigh(double[] scores, double unit) {
        double max = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            max = Math.max(max, score);
        }
        double sum = 0;
        for (int j = 0; j < scores.length; j++) {
            scores[j] = Math.exp((scores[j] - max) * unit);
            sum += scores[j];
        }
        for (int j = 0; j < scores.length; j++) {
            scores[j] /= sum;
        }
        return max * unit + Math.log(sum);
    }

    private void mix(int head, int token, SeenKeys seen, double[] weights) {
        HeadRows output = bench.tensors.outputs().get(0);
        int to = output.base(bench.row, head) + token * output.tokenStride();
        double[] mixed = new double[output.dims()];
        for (int j = 0; j < weights.length; j++) {
            HeadRows values = bench.tensors.values().get(j < seen.count() ? 0 : 1);
            int value = place(values, seen, j, head);
            for (int dim = 0; dim < mixed.length; dim++) {
                mixed[dim] += weights[j] * values.get(value + dim);
            }
        }
        for (int dim = 0; dim < mixed.length; dim++) {
            output.set(to + dim, mixed[dim]);
        }
    }

    /** Where a key or value lies: those of the grid first, then the additional ones. */
    private int place(HeadRows rows, SeenKeys seen, int number, int head) {
        int token = number < seen.count() ? (int) seen.tokens()[number] : number - seen.count();
        return rows.base(bench.row, head / bench.groupHeads) + token * rows.tokenStride();
    }

    private double bias(int head, int token, int key) {
        BiasTables bias = bench.tiling.bias();
        if (bias == null) {
            return 0;
        }
        long[] from = SeenKeys.position(windows, token);
        long[] to = SeenKeys.position(windows, key);
        int[] distances = new int[3]; // z, y, x; a single axis is y, as in TileGeometry
        int first = windows.size() == 3 ? 0 : 1;
        for (int axis = 0; axis < windows.size(); axis++) {
            int dilation = windows.get(axis).dilation();
            distances[first + axis] = (int) (to[axis] / dilation - from[axis] / dilation);
        }
        return bias.table(head)[bias.at(distances[0], distances[1], distances[2])];
    }
}
