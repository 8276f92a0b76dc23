package io.sparkhood.backend;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
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

    protected AttentionBackend(String name) {
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
        return refusesAttention(attention);
    }

    /** Why nothing can run here any more, or nothing if it can. */
    protected Optional<String> unfit() {
        return Optional.empty();
    }

    /** Further limits of the plan. */
    protected abstract Optional<String> refusesAttention(NeighborhoodAttentionOperator operator);

    /** The plan for what is neither refused nor too many rows. */
    protected abstract Plan attention(NeighborhoodAttentionOperator operator, long maxBatch, Parameters parameters);

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
        long byBudget = Math.min(budgetBytes, mostBatchBytes()) / operator.rowBytes();
        return Math.max(1, Math.min(byBudget, mostRows(operator)));
    }

    private long mostRows(Operator operator) {
        return Math.min(
                mostRows(),
                MAX_ARRAY_ELEMENTS
                        / ports(operator)
                                .mapToLong(AttentionBackend::places)
                                .max()
                                .orElse(1));
    }

    @Override
    public final Plan plan(Operator operator, long maxBatch, Parameters parameters) {
        refuses(operator).ifPresent(sentence -> {
            throw new IllegalArgumentException(name + " refuses: " + sentence);
        });
        parameters.requireFor(operator);
        long most = mostRows(operator);
        if (maxBatch < 1 || maxBatch > most) {
            throw new IllegalArgumentException(
                    "maxBatch must be 1 to " + most + " for this operator, but is " + maxBatch);
        }
        return attention((NeighborhoodAttentionOperator) operator, maxBatch, parameters);
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
