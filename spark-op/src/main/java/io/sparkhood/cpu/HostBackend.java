package io.sparkhood.cpu;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Operator;
import io.sparkhood.operator.Port;
import java.util.Optional;

/** What both backends in the Java heap share: lanes, batch sizes bounded by Java's arrays, and the door to their plans. */
abstract class HostBackend implements Backend {
    /** The longest array every JVM makes. */
    static final long MAX_ARRAY_ELEMENTS = Integer.MAX_VALUE - 8L;

    private final String name;

    HostBackend(String name) {
        this.name = name;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Optional<String> refuses(Operator operator) {
        if (!(operator instanceof NeighborhoodAttentionOperator attention)) {
            return Optional.of("it has no plan for " + operator.getClass().getSimpleName());
        }
        long longest = longestRow(operator);
        if (longest > MAX_ARRAY_ELEMENTS) {
            return Optional.of("one row of a tensor has " + longest + " elements, more than the " + MAX_ARRAY_ELEMENTS
                    + " of a Java array");
        }
        return refusesAttention(attention);
    }

    /** Further limits of the plan. */
    abstract Optional<String> refusesAttention(NeighborhoodAttentionOperator operator);

    abstract Plan attention(NeighborhoodAttentionOperator operator, long maxBatch, Parameters parameters);

    @Override
    public final long maxBatch(Operator operator, long budgetBytes) {
        long byBudget = budgetBytes / operator.rowBytes();
        long byArray = MAX_ARRAY_ELEMENTS / longestRow(operator);
        return Math.max(1, Math.min(byBudget, byArray));
    }

    @Override
    public final Plan plan(Operator operator, long maxBatch, Parameters parameters) {
        refuses(operator).ifPresent(sentence -> {
            throw new IllegalArgumentException(name + " refuses: " + sentence);
        });
        parameters.requireFor(operator);
        long most = MAX_ARRAY_ELEMENTS / longestRow(operator);
        if (maxBatch < 1 || maxBatch > most) {
            throw new IllegalArgumentException(
                    "maxBatch must be 1 to " + most + " for this operator, but is " + maxBatch);
        }
        return attention((NeighborhoodAttentionOperator) operator, maxBatch, parameters);
    }

    private static long longestRow(Operator operator) {
        long longest = 1;
        for (Port port : operator.inputs()) {
            longest = Math.max(longest, port.elements());
        }
        for (Port port : operator.outputs()) {
            longest = Math.max(longest, port.elements());
        }
        return longest;
    }

    @Override
    public final Lane lane(int threads) {
        return new HostLane(threads);
    }

    @Override
    public final int batchesInFlight() {
        return 1;
    }

    @Override
    public void close() {}
}
