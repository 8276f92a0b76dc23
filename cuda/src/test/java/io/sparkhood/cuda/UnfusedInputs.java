package io.sparkhood.cuda;

import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.UnfusedCase;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Normalization;

/** Numbers by which mistakes in an aggregate show that drawn ones hide. */
final class UnfusedInputs {
    private UnfusedInputs() {}

    /** Each slot is that of the largest score of a query, and what lies in slots without a key is larger. */
    static float[] spiked(UnfusedCase softmax) {
        float[] scores = softmax.input("weights").clone();
        int slots = Math.toIntExact(softmax.operator().slots());
        for (int i = 0; i < scores.length; i++) {
            int query = i / slots;
            float score = query % slots == i % slots ? 100 : scores[i];
            scores[i] = Float.isNaN(scores[i]) ? 1000 : score;
        }
        return scores;
    }

    /** Such as a softmax makes, with NaNs in slots without a key. */
    static float[] weights(Example example) {
        UnfusedCase mix = UnfusedCase.aggregate("mutants", example, Normalization.NONE);
        float[] weights = mix.input("weights").clone();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.abs(weights[i]) / example.operator().slots();
        }
        return weights;
    }

    /** The value of the token in the middle is NaN in all heads and dims. */
    static Example wholeToken(Example example) {
        NeighborhoodAttentionOperator operator = example.operator();
        int elements = operator.keyValueHeads() * operator.valueDim();
        int from = Math.toIntExact(operator.tokens() / 2) * elements;
        Example poisoned = example;
        for (int i = from; i < from + elements; i++) {
            poisoned = poisoned.with("value", i, Float.NaN);
        }
        return poisoned;
    }
}
