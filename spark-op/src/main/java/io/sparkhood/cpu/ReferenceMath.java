package io.sparkhood.cpu;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodOperator;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Scores, softmax and mixing as they are defined, for one query and head at a time, in double precision. Keys come in the order
 * of {@link SeenKeys}, the additional ones after them.
 */
record ReferenceMath(NeighborhoodOperator operator, List<AxisWindow> windows) {
    ReferenceMath(NeighborhoodOperator operator) {
        this(
                operator,
                IntStream.range(0, operator.rank()).mapToObj(operator::window).toList());
    }

    /** One query of one row. */
    record Query(long row, int token, SeenKeys seen) {}

    Query query(long row, int token) {
        return new Query(row, token, SeenKeys.of(windows, token));
    }

    private int keys(Query query) {
        return query.seen().count() + operator.additionalTokens();
    }

    /** The slot of a key among the scores of its query. */
    int slot(Query query, int key) {
        int seen = query.seen().count();
        int onGrid = (int) operator.slots() - operator.additionalTokens();
        return key < seen ? query.seen().slots()[key] : onGrid + key - seen;
    }

    /**
     * Scores of a query: factor times dot product, plus the bias.
     *
     * @param bias of all heads, or nothing
     */
    double[] scores(Query query, int head, RunTensors tensors, double scale, float[] bias) {
        HeadRows queries = tensors.query().get(0);
        int from = queries.place(query.row(), query.token(), head);
        double[] scores = new double[keys(query)];
        for (int j = 0; j < scores.length; j++) {
            HeadRows keys = side(query, j, tensors.keys());
            int key = place(query, j, keys, head);
            double dot = 0;
            for (int dim = 0; dim < queries.dims(); dim++) {
                dot += (double) queries.get(from + dim) * keys.get(key + dim);
            }
            scores[j] = scale * dot + bias(query, head, bias, j);
        }
        return scores;
    }

    /** The tensor that has a key or value: the grid's, or the additional ones'. */
    private static HeadRows side(Query query, int key, List<HeadRows> sides) {
        return sides.get(key < query.seen().count() ? 0 : 1);
    }

    /** Where in that tensor it lies. */
    private int place(Query query, int key, HeadRows rows, int head) {
        int seen = query.seen().count();
        int token = key < seen ? (int) query.seen().tokens()[key] : key - seen;
        return rows.place(query.row(), token, head / (operator.heads() / operator.keyValueHeads()));
    }

    private double bias(Query query, int head, float[] bias, int key) {
        if (bias.length == 0 || key >= query.seen().count()) {
            return 0;
        }
        long[] from = SeenKeys.position(windows, query.token());
        long[] to = SeenKeys.position(windows, query.seen().tokens()[key]);
        long index = head;
        for (int axis = 0; axis < windows.size(); axis++) {
            AxisWindow window = windows.get(axis);
            long places = to[axis] / window.dilation() - from[axis] / window.dilation();
            index = index * (2L * window.kernelSize() - 1) + places + window.kernelSize() - 1;
        }
        return bias[(int) index];
    }

    /** Scores or weights of a query that are given by slot. */
    double[] given(Query query, int head, HeadRows bySlot) {
        int from = bySlot.place(query.row(), query.token(), head);
        double[] given = new double[keys(query)];
        for (int j = 0; j < given.length; j++) {
            given[j] = bySlot.get(from + slot(query, j));
        }
        return given;
    }

    /** Makes weights of scores, in place, and returns their logSumExp. */
    static double softmax(double[] scores) {
        double max = Arrays.stream(scores).reduce(Double.NEGATIVE_INFINITY, Math::max);
        double sum = 0;
        for (int j = 0; j < scores.length; j++) {
            scores[j] = Math.exp(scores[j] - max);
            sum += scores[j];
        }
        for (int j = 0; j < scores.length; j++) {
            scores[j] /= sum;
        }
        return max + Math.log(sum);
    }

    /** Writes the sum of the values, each times its weight. */
    void mix(Query query, int head, double[] weights, RunTensors tensors) {
        HeadRows output = tensors.outputs().get(0);
        double[] mixed = new double[output.dims()];
        for (int j = 0; j < weights.length; j++) {
            HeadRows values = side(query, j, tensors.values());
            int value = place(query, j, values, head);
            for (int dim = 0; dim < mixed.length; dim++) {
                mixed[dim] += weights[j] * values.get(value + dim);
            }
        }
        int to = output.place(query.row(), query.token(), head);
        for (int dim = 0; dim < mixed.length; dim++) {
            output.set(to + dim, mixed[dim]);
        }
    }

    /** Writes attention of a query. */
    void attend(Query query, int head, RunTensors tensors, double scale, float[] bias) {
        double[] weights = scores(query, head, tensors, scale, bias);
        double logSumExp = softmax(weights);
        mix(query, head, weights, tensors);
        if (tensors.outputs().size() > 1) {
            HeadRows output = tensors.outputs().get(1);
            output.set(output.place(query.row(), query.token(), head), logSumExp);
        }
    }

    /** Memory for the scores and the output of one query. */
    long scratchBytes(int valueDim) {
        return 16L * (operator.slots() + valueDim);
    }
}
