package io.sparkhood.cpu;

import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.NeighborhoodAggregateOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.NeighborhoodScoresOperator;
import java.util.Optional;
import java.util.OptionalDouble;

/** Computes what the operators define, as they define it. */
final class ReferenceBackend extends HostBackend {
    ReferenceBackend(Implementation implementation) {
        super("reference", implementation);
    }

    @Override
    protected Optional<String> refusesNeighborhood(NeighborhoodOperator operator) {
        if (implementation() != Implementation.AUTO) {
            return Optional.of("it has only the definition, not the " + implementation()
                    + " implementation; choose implementation=auto, or backend=cpu");
        }
        return Optional.empty();
    }

    @Override
    protected Plan neighborhood(NeighborhoodOperator operator, long maxBatch, Parameters parameters) {
        if (operator instanceof NeighborhoodAttentionOperator attention) {
            return ReferencePlan.of(attention, maxBatch, parameters);
        }
        if (operator instanceof NeighborhoodScoresOperator scores) {
            return ReferencePlan.of(scores, maxBatch, parameters);
        }
        return ReferencePlan.of((NeighborhoodAggregateOperator) operator, maxBatch);
    }

    @Override
    public OptionalDouble measurePeak(Lane lane) {
        return OptionalDouble.empty();
    }
}
