package io.sparkhood.cuda;

import io.sparkhood.operator.NeighborhoodAggregateOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.NeighborhoodScoresOperator;
import io.sparkhood.operator.Normalization;
import java.util.Optional;

/** The halves of attention that an operator asks for: both, or one. */
record Halves(Optional<NeighborhoodScoresOperator> scores, Optional<NeighborhoodAggregateOperator> aggregate) {
    /** Attention in one piece mixes with weights, because a softmax comes between its halves. */
    static Halves of(NeighborhoodOperator operator) {
        if (operator instanceof NeighborhoodAttentionOperator attention) {
            return new Halves(Optional.of(attention.scores()), Optional.of(attention.aggregate(Normalization.NONE)));
        }
        if (operator instanceof NeighborhoodScoresOperator scores) {
            return new Halves(Optional.of(scores), Optional.empty());
        }
        return new Halves(Optional.empty(), Optional.of((NeighborhoodAggregateOperator) operator));
    }

    /** Elements of a query or key per head, 0 if there are none. */
    int headDim() {
        return scores.map(NeighborhoodScoresOperator::headDim).orElse(0);
    }

    /** Elements of a value per head, 0 if there are none. */
    int valueDim() {
        return aggregate.map(NeighborhoodAggregateOperator::valueDim).orElse(0);
    }

    /** Factor of the scores. */
    float scale() {
        return scores.map(half -> (float) half.scale()).orElse(1f);
    }

    /** Whether the mix makes weights of scores. */
    boolean mixNormalizes() {
        return aggregate.isPresent() && aggregate.get().normalization() == Normalization.SOFTMAX;
    }
}
