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
    private final long scratchFloats; // of them, those from the first line of the cache on
    private final Tilings tilings;
    private final UnfusedPlans unfused;

    CpuBackend(TileMath math, BackendOptions options) {
        super("cpu", options.implementation());
        long asked = options.scratchBytes();
        this.math = math;
        scratchBytes = Math.min(asked > 0 ? asked : DEFAULT_SCRATCH_BYTES, Float.BYTES * MAX_ARRAY_ELEMENTS);
        scratchFloats = scratchBytes / Float.BYTES - CacheLines.FIRST;
        tilings = new Tilings(math);
        unfused = new UnfusedPlans(math, tilings, scratchFloats);
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
        NeighborhoodAttentionOperator alike = operator instanceof NeighborhoodScoresOperator scores
                ? UnfusedPlans.asAttention(scores)
                : UnfusedPlans.asAttention((NeighborhoodAggregateOperator) operator);
        return implementation() == Implementation.NAIVE
                ? refusesNaive(operator, alike)
                : refusesTiles(alike, scratchFloats);
    }

    private Optional<String> refusesAttention(NeighborhoodAttentionOperator attention) {
        return switch (implementation()) {
            case AUTO, FUSED -> refusesTiles(attention, scratchFloats);
            case NAIVE -> refusesNaive(attention, attention);
            case GEMM -> {
                long share = unfused.share(attention);
                yield refusesTiles(UnfusedPlans.first(attention), share)
                        .or(() -> refusesTiles(UnfusedPlans.second(attention), share));
            }
        };
    }

    private static Optional<String> refusesScale(NeighborhoodAttentionOperator operator) {
        return Float.isInfinite(Tilings.queryFactor(operator, LN_2))
                ? Optional.of("scale " + operator.scale() + " is beyond float32; use backend=reference")
                : Optional.empty();
    }

    /** The limits of a pass over tiles that may have so many floats of scratch. */
    private Optional<String> refusesTiles(NeighborhoodAttentionOperator operator, long floats) {
        Optional<String> scale = refusesScale(operator);
        if (scale.isPresent()) {
            return scale;
        }
        long least = tilings.leastFloats(operator);
        if (least > floats) {
            return Optional.of("headDim " + operator.headDim() + ", valueDim " + operator.valueDim() + " and "
                    + operator.heads() / operator.keyValueHeads() + " heads per key need "
                    + (scratchBytes + Float.BYTES * (least - floats))
                    + " bytes of scratch per thread, more than the limit"
                    + " of " + scratchBytes + "; raise scratchBytes");
        }
        long table = operator.relativePositionBias() ? BiasTables.floats(operator, math.lanes()) : 0;
        if (table > MAX_ARRAY_ELEMENTS) {
            return Optional.of("the relativePositionBias of one head needs " + table + " floats, more than the "
                    + MAX_ARRAY_ELEMENTS + " of a Java array");
        }
        return Optional.empty();
    }

    /** The limits of plain loops. */
    private Optional<String> refusesNaive(NeighborhoodOperator operator, NeighborhoodAttentionOperator alike) {
        long least = Float.BYTES * unfused.naiveFloats(operator);
        return refusesScale(alike)
                .or(() -> least <= scratchBytes
                        ? Optional.empty()
                        : Optional.of("headDim " + alike.headDim() + ", valueDim " + alike.valueDim() + " and "
                                + operator.slots() + " keys per query need " + least
                                + " bytes of scratch per thread, more than the limit of " + scratchBytes
                                + "; raise scratchBytes"));
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
        Tiling tiling = tilings.of(new Tilings.Request(attention, used, LN_2, CacheLines.FIRST, scratchFloats));
        long scratch = CacheLines.detected().floats(tiling.layout().floats(), CacheLines.FIRST + scratchFloats);
        return new CpuPlan(attention, maxBatch, tiling, scratch);
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
