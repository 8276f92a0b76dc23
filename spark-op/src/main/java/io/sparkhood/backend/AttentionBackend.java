package io.sparkhood.backend;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.Operator;
import io.sparkhood.operator.Port;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The door that backends of neighborhood attention share: what they refuse alike, batch sizes bounded by Java's arrays, from
 * which rows come and to which they go, and the checks before a plan.
 */
public abstract class AttentionBackend implements Backend {
    /** The longest array every JVM makes. */
    protected static final long MAX_ARRAY_ELEMENTS = Integer.MAX_VALUE - 8L;

    private final String name;
    private final Implementation implementation;

    protected AttentionBackend(String name, Implementation implementation) {
        this.name = name;
        this.implementation = implementation;
    }

    /** The way of computing that was asked for. */
    protected final Implementation implementation() {
        return implementation;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Optional<String> refuses(Operator operator) {
        if (!(operator instanceof NeighborhoodOperator neighborhood)) {
            return Optional.of(noPlanFor(operator));
        }
        Optional<String> unfit = unfit();
        if (unfit.isPresent()) {
            return unfit;
        }
        for (Port port : ports(operator).toList()) {
            if (places(port) > MAX_ARRAY_ELEMENTS) {
                return Optional.of("one row of a tensor has " + port.elements() + " elements, more than the "
                        + MAX_ARRAY_ELEMENTS / places(port.dtype()) + " of a Java array");
            }
        }
        Optional<String> refusal = refusesNeighborhood(neighborhood);
        if (refusal.isEmpty() && weightElements(operator) > MAX_ARRAY_ELEMENTS) {
            return Optional.of("the attention weights of one row have " + weightElements(operator)
                    + " elements, more than the " + MAX_ARRAY_ELEMENTS
                    + " of a Java array; choose implementation=auto or fused, which keep none");
        }
        return refusal;
    }

    /** The sentence about an operator that a backend does not know. */
    protected static String noPlanFor(Operator operator) {
        return "it has no plan for " + operator.getClass().getSimpleName();
    }

    /** Why nothing can run here any more, or nothing if it can. */
    protected Optional<String> unfit() {
        return Optional.empty();
    }

    /** Further limits of the plan, such as operators and implementations that the backend does not have. */
    protected abstract Optional<String> refusesNeighborhood(NeighborhoodOperator operator);

    /** The plan for what is neither refused nor too many rows. */
    protected abstract Plan neighborhood(NeighborhoodOperator operator, long maxBatch, Parameters parameters);

    /**
     * Attention weights that a run keeps in memory for each row, {@code [tokens, heads, slots]}: none, unless the
     * implementation asked for computes attention in several passes. The longest long where they are beyond counting.
     */
    protected final long weightElements(Operator operator) {
        if (!implementation.keepsWeights() || !(operator instanceof NeighborhoodAttentionOperator attention)) {
            return 0;
        }
        try {
            return attention.slotElements();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /** Rows that one run can take, whatever the memory, beside the limit of Java's arrays. */
    protected long mostRows() {
        return Long.MAX_VALUE;
    }

    /** Bytes that inputs and outputs of one run can take, whatever the budget asked for. */
    protected long mostBatchBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public final long maxBatch(Operator operator, long budgetBytes) {
        long weightBytes = DType.FLOAT32.bytes() * weightElements(operator);
        long byBudget = Math.min(budgetBytes, mostBatchBytes()) / (operator.rowBytes() + weightBytes);
        return Math.max(1, Math.min(byBudget, mostRows(operator)));
    }

    private long mostRows(Operator operator) {
        long places = ports(operator).mapToLong(AttentionBackend::places).max().orElse(1);
        return Math.min(mostRows(), MAX_ARRAY_ELEMENTS / Math.max(places, weightElements(operator)));
    }

    @Override
    public final Plan plan(Operator operator, long maxBatch, Parameters parameters) {
        return neighborhood(checked(operator, maxBatch, parameters), maxBatch, parameters);
    }

    /**
     * What can be planned.
     *
     * @throws IllegalArgumentException if the operator is refused, a parameter is missing or has the wrong length, or there are
     *     too many rows
     */
    protected final NeighborhoodOperator checked(Operator operator, long maxBatch, Parameters parameters) {
        NeighborhoodOperator neighborhood = notRefused(operator);
        parameters.requireFor(operator);
        long most = mostRows(operator);
        if (maxBatch < 1 || maxBatch > most) {
            throw new IllegalArgumentException(
                    "maxBatch must be 1 to " + most + " for this operator, but is " + maxBatch);
        }
        return neighborhood;
    }

    /**
     * What is not refused.
     *
     * @throws IllegalArgumentException if it is
     */
    protected final NeighborhoodOperator notRefused(Operator operator) {
        refuses(operator).ifPresent(sentence -> {
            throw new IllegalArgumentException(name + " refuses: " + sentence);
        });
        return (NeighborhoodOperator) operator;
    }

    private static Stream<Port> ports(Operator operator) {
        return Stream.concat(operator.inputs().stream(), operator.outputs().stream());
    }

    /** Length of the array that one row of a tensor lies in. */
    private static long places(Port port) {
        return Math.multiplyExact(port.elements(), places(port.dtype()));
    }

    /** Places of an element in its array: of a float[], or of a byte[] for the 16-bit types. */
    private static long places(DType dtype) {
        return dtype == DType.FLOAT32 ? 1 : dtype.bytes();
    }
}
