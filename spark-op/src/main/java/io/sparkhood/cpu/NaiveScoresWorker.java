package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodOperator;

/** Scores, one pair of a query and a key at a time. */
final class NaiveScoresWorker extends QueryWorker {
    private final QueryWindow window;
    private final int headDim;
    private final float scale;
    private final float[] bias;
    private final int groupHeads;
    private final int widenedQuery; // [headDim in whole vectors]
    private final int widenedKey;

    NaiveScoresWorker(NaiveScores pass, HostLane lane, float[] scratch, int from) {
        super(pass.operator(), pass.math(), lane, scratch);
        window = new QueryWindow(operator);
        headDim = pass.headDim();
        scale = (float) pass.scale();
        bias = pass.bias();
        groupHeads = operator.heads() / operator.keyValueHeads();
        widenedQuery = from;
        widenedKey = from + (int) wholeVectors(math, headDim);
    }

    /**
     * What it computes.
     *
     * @param bias of all heads, or nothing
     */
    record NaiveScores(NeighborhoodOperator operator, TileMath math, int headDim, double scale, float[] bias) {
        /** Floats of scratch. */
        long floats() {
            return 2 * wholeVectors(math, headDim);
        }
    }

    @Override
    void query(long row, int token) {
        window.moveTo(token);
        for (int head = 0; head < operator.heads(); head++) {
            head(row, token, head);
        }
    }

    private void head(long row, int token, int head) {
        HeadRows query = tensors.query().get(0);
        HeadRows key = tensors.keys().get(0);
        HeadRows scores = tensors.weights().get(0);
        int keyHead = head / groupHeads;
        int to = scores.place(row, token, head);
        int from = query.widen(math, query.place(row, token, head), s, widenedQuery);
        float[] queries = query.widened(s);
        if (!window.full()) {
            scores.fill(to, window.slots(), Float.NEGATIVE_INFINITY);
        }
        for (int z = 0; z < window.counts[0]; z++) {
            for (int y = 0; y < window.counts[1]; y++) {
                for (int x = 0; x < window.counts[2]; x++) {
                    int at = key.place(row, window.token(z, y, x), keyHead);
                    float score = scale * dot(queries, from, key, at);
                    if (bias.length > 0) {
                        score += bias[window.biasPlace(head, z, y, x)];
                    }
                    scores.set(to + window.slot(z, y, x), score);
                }
            }
        }
        for (int i = 0; i < operator.additionalTokens(); i++) {
            HeadRows additional = tensors.keys().get(1);
            float dot = dot(queries, from, additional, additional.place(row, i, keyHead));
            scores.set(to + window.slots() + i, scale * dot);
        }
    }

    private float dot(float[] queries, int query, HeadRows keys, int at) {
        int key = keys.widen(math, at, s, widenedKey);
        return dot(queries, query, keys.widened(s), key, headDim);
    }

    private static float dot(float[] a, int i, float[] b, int j, int dims) {
        float dot = 0;
        for (int dim = 0; dim < dims; dim++) {
            dot += a[i + dim] * b[j + dim];
        }
        return dot;
    }
}
