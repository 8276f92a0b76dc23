package io.sparkhood.cpu;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Probe;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.Optional;
import java.util.OptionalDouble;

/** The oracle: the definition, word for word, in double precision; every option and dtype; slow. Never taken by auto. */
public final class ReferenceBackendProvider implements BackendProvider {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public int rank() {
        return -1;
    }

    @Override
    public Probe probe() {
        return Probe.usable("double precision, the definition word for word; slow");
    }

    @Override
    public Backend open(BackendOptions options) {
        return new HostBackend("reference") {
            @Override
            protected Optional<String> refusesAttention(NeighborhoodAttentionOperator operator) {
                return Optional.empty();
            }

            @Override
            protected Plan attention(NeighborhoodAttentionOperator operator, long maxBatch, Parameters parameters) {
                return new ReferencePlan(operator, maxBatch, parameters);
            }

            @Override
            public OptionalDouble measurePeak(Lane lane) {
                return OptionalDouble.empty();
            }
        };
    }
}
