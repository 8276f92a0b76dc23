package io.sparkhood.cpu;

import io.sparkhood.backend.BackendOptions;
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

/** The fast backend of this JVM. Attention in one piece is fused unless another implementation is asked for; its halves are GEMMs. */
final class CpuBackend extends HostBackend {
    private static final long DEFAULT_SCRATCH_BYTES = 8L << 20;
    private static final double LN_2 = Math.log(2);

    private final TileMath math;
    private final long scratchBytes;
    private final Tilings tilings;
    private final UnfusedPlans unfused;

    CpuBackend(TileMath math, BackendOptions options) {
        super("cpu", options.implementation());
        long asked = options.scratchBytes();
        this.math = math;
        scratchBytes = Math.min(asked > 0 ? asked : DEFAULT_SCRATCH_BYTES, Float.BYTES * MAX_ARRAY_ELEMENTS);
        tilings = new Tilings(math);
        unfused = new UnfusedPlans(math, tilings, scratchBytes / Float.BYTES);
    }

    @Override
    protected Optional<String> refusesNeighborhood(NeighborhoodOperator operator) {
        if (operator instanceof NeighborhoodAttentionOperator attention) {
            return refusesAttention(attention);
        }
        if (implementation() == Implementation.FUSED) {
            return Optional.of("it has no fused implementation of "
                    + operator.getClass().getSimpleName()
                    + ": fused attention keeps neither scores nor weights; choose implementation=auto, gemm or naive");
        }
        if (operator instanceof NeighborhoodScoresOperator scores) {
            return refuses(UnfusedPlans.asAttention(scores), 1);
        }
        return refuses(UnfusedPlans.asAttention((NeighborhoodAggregateOperator) operator), 1);
    }

    private Optional<String> refusesAttention(NeighborhoodAttentionOperator attention) {
        if (implementation() != Implementation.GEMM) {
            return refuses(attention, 1);
        }
        return refuses(UnfusedPlans.first(attention), UnfusedPlans.TILED_PASSES)
                .or(() -> refuses(UnfusedPlans.second(attention), UnfusedPlans.TILED_PASSES));
    }

    /** The limits of one pass over tiles that has a share of the scratch, or of plain loops. */
    private Optional<String> refuses(NeighborhoodAttentionOperator operator, int shares) {
        if (Float.isInfinite(Tilings.queryFactor(operator, LN_2))) {
            return Optional.of("scale " + operator.scale() + " is beyond float32; use backend=reference");
        }
        if (implementation() == Implementation.NAIVE) {
            return Optional.empty();
        }
        long least = shares * Float.BYTES * tilings.leastFloats(operator);
        if (least > scratchBytes) {
            return Optional.of("headDim " + operator.headDim() + ", valueDim " + operator.valueDim() + " and "
                    + operator.heads() / operator.keyValueHeads() + " heads per key need " + least
                    + " bytes of scratch per thread, more than the limit of " + scratchBytes + "; raise scratchBytes");
        }
        long table = operator.relativePositionBias() ? BiasTables.floats(operator, math.lanes()) : 0;
        if (table > MAX_ARRAY_ELEMENTS) {
            return Optional.of("the relativePositionBias of one head needs " + table + " floats, more than the "
                    + MAX_ARRAY_ELEMENTS + " of a Java array");
        }
        return Optional.empty();
    }

    @Override
    protected Plan neighborhood(NeighborhoodOperator operator, long maxBatch, Parameters parameters) {
        Parameters used = operator.parameters().isEmpty() ? Parameters.NONE : parameters;
        if (implementation() == Implementation.NAIVE) {
            return unfused.naive(operator, maxBatch, used);
        }
        if (implementation() == Implementation.GEMM || !(operator instanceof NeighborhoodAttentionOperator)) {
            return unfused.gemm(operator, maxBatch, used);
        }
        NeighborhoodAttentionOperator attention = (NeighborhoodAttentionOperator) operator;
        var request = new Tilings.Request(attention, used, LN_2, 0, scratchBytes / Float.BYTES);
        return new CpuPlan(attention, maxBatch, tilings.of(request));
    }

    @Override
    public OptionalDouble measurePeak(Lane lane) {
        return OptionalDouble.of(PeakKernel.measure((HostLane) lane));
    }

    @Override
    public void close() {
        tilings.forget();
    }
}
