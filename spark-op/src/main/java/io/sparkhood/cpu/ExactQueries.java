package io.sparkhood.cpu;

/**
 * Queries computed again from what they see alone.
 *
 * <p>A patch is multiplied with all keys that one of its queries sees; what a query does not see weighs 0. But 0 times a number
 * that is not finite is NaN, as is a masked score of one. So queries whose output is not finite come here; it stays so if they
 * do see such a number.
 */
final class ExactQueries {
    private static final float[] NO_BIAS = {};

    private final Workbench bench;
    private final ReferenceMath math;
    private final float[] bias;

    ExactQueries(Workbench bench) {
        this.bench = bench;
        math = new ReferenceMath(bench.operator);
        BiasTables tables = bench.tiling.bias();
        bias = tables == null ? NO_BIAS : tables.bias();
    }

    /** Attention of one query of the row under way. */
    void attend(int head, int token) {
        HeadRows query = bench.tensors.query().get(0);
        if (!query.isFinite(query.place(bench.row, token, head))) {
            return; // nor is the output, whatever it sees: rows of nothing else cost no more than others
        }
        math.attend(math.query(bench.row, token), head, bench.tensors, bench.operator.scale(), bias);
    }

    /** The values that one query sees, mixed with its weights or with the softmax of its scores. */
    void mix(int head, int token, boolean softmax) {
        ReferenceMath.Query query = math.query(bench.row, token);
        double[] weights = math.given(query, head, bench.tensors.weights().get(0));
        for (double weight : weights) {
            if (Double.isNaN(weight)) {
                return; // so is the output already
            }
        }
        if (softmax) {
            ReferenceMath.softmax(weights);
        }
        math.mix(query, head, weights, bench.tensors);
    }
}
