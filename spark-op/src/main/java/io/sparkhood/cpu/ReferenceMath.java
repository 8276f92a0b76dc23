package io.sparkhood.cpu;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodOperator;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
    record Query(long row, long token, SeenKeys seen) {}

    /** The query of a part, where parts count rows and tokens. */
    Query query(long part) {
        long tokens = operator.tokens();
        return new Query(part / tokens, part % tokens, SeenKeys.of(windows, part % tokens));
    }

    int keys(Query query) {
        return query.seen().count() + operator.additionalTokens();
    }

    /** The slot of a key among the scores of its query. */
    int slot(Query query, int key) {
        int seen = query.seen().count();
        int onGrid = (int) operator.slots() - operator.additionalTokens();
        return key < seen ? query.seen().slots()[key] : onGrid + key - seen;
    }

    /** What makes scores: query and keys, a factor, and a bias that may have no elements. */
    record Scores(
            TokenRows query,
            TokenRows key,
            Optional<TokenRows> additionalKeys,
            int headDim,
            double scale,
            float[] bias) {}

    double[] scores(Query query, int head, Scores of) {
        int seen = query.seen().count();
        double[] scores = new double[keys(query)];
        for (int j = 0; j < scores.length; j++) {
            if (j < seen) {
                long token = query.seen().tokens()[j];
                scores[j] = of.scale() * dot(query, head, of, of.key(), token) + bias(query, head, of.bias(), token);
            } else {
                scores[j] =
                        of.scale() * dot(query, head, of, of.additionalKeys().orElseThrow(), j - seen);
            }
        }
        return scores;
    }

    private double dot(Query query, int head, Scores of, TokenRows keys, long keyToken) {
        int headDim = of.headDim();
        double dot = 0;
        for (int dim = 0; dim < headDim; dim++) {
            dot += of.query().get(query.row(), query.token(), (long) head * headDim + dim)
                    * keys.get(query.row(), keyToken, (long) keyHead(head) * headDim + dim);
        }
        return dot;
    }

    private int keyHead(int head) {
        return head / (operator.heads() / operator.keyValueHeads());
    }

    private double bias(Query query, int head, float[] bias, long keyToken) {
        if (bias.length == 0) {
            return 0;
        }
        long[] from = SeenKeys.position(windows, query.token());
        long[] to = SeenKeys.position(windows, keyToken);
        long index = head;
        for (int axis = 0; axis < windows.size(); axis++) {
            AxisWindow window = windows.get(axis);
            long places = to[axis] / window.dilation() - from[axis] / window.dilation();
            index = index * (2L * window.kernelSize() - 1) + places + window.kernelSize() - 1;
        }
        return bias[(int) index];
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
    void mix(
            Query query,
            int head,
            double[] weights,
            TokenRows value,
            Optional<TokenRows> additionalValues,
            int valueDim,
            TokenRows output) {
        int seen = query.seen().count();
        for (int dim = 0; dim < valueDim; dim++) {
            long element = (long) keyHead(head) * valueDim + dim;
            double mixed = 0;
            for (int j = 0; j < weights.length; j++) {
                mixed += weights[j]
                        * (j < seen
                                ? value.get(query.row(), query.seen().tokens()[j], element)
                                : additionalValues.orElseThrow().get(query.row(), j - seen, element));
            }
            output.set(query.row(), query.token(), (long) head * valueDim + dim, mixed);
        }
    }

    /** Memory for the scores and the output of one query. */
    long scratchBytes(int valueDim) {
        return 16L * (operator.slots() + valueDim);
    }
}
