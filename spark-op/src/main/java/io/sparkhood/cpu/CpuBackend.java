package io.sparkhood.cpu;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The fast backend of this JVM. Keeps the geometry and the bias tables of operators that it has met lately. */
final class CpuBackend extends HostBackend {
    private static final long CACHE_BYTES = 64L << 20;
    private static final long DEFAULT_SCRATCH_BYTES = 8L << 20;
    /** Keys and values packed at once are to stay in the second-level cache. */
    private static final long PACKED_FLOATS = 140 * 1024;

    private final TileMath math;
    private final long scratchBytes;
    private final Map<Key, Prepared> known =
            new LinkedHashMap<>(16, 0.75f, true); // guarded by itself; eldest use first
    private long knownBytes; // guarded by known

    CpuBackend(TileMath math, BackendOptions options) {
        super("cpu", options.implementation());
        long scratchBytes = options.scratchBytes();
        this.math = math;
        this.scratchBytes =
                Math.min(scratchBytes > 0 ? scratchBytes : DEFAULT_SCRATCH_BYTES, Float.BYTES * MAX_ARRAY_ELEMENTS);
    }

    private record Key(NeighborhoodAttentionOperator operator, Parameters parameters) {}

    private record Prepared(
            TileGeometry geometry,
            TileShape shape,
            ScratchLayout layout,
            @Nullable BiasTables bias) {
        long bytes() {
            return geometry.bytes() + (bias == null ? 0 : 2 * bias.bytes()); // the key holds the parameter as well
        }
    }

    @Override
    protected Optional<String> refusesNeighborhood(NeighborhoodOperator neighborhood) {
        if (!(neighborhood instanceof NeighborhoodAttentionOperator operator)) {
            return Optional.of(noPlanFor(neighborhood));
        }
        if (implementation().keepsWeights()) {
            return Optional.of("it has only the fused implementation, not " + implementation()
                    + "; choose implementation=auto or fused");
        }
        if (Float.isInfinite(TileWorker.queryFactor(operator))) {
            return Optional.of("scale " + operator.scale() + " is beyond float32; use backend=reference");
        }
        long least = Float.BYTES * smallest(operator).floats();
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
    protected Plan neighborhood(NeighborhoodOperator neighborhood, long maxBatch, Parameters parameters) {
        NeighborhoodAttentionOperator operator = (NeighborhoodAttentionOperator) neighborhood;
        Prepared prepared = prepared(new Key(operator, operator.relativePositionBias() ? parameters : Parameters.NONE));
        return new CpuPlan(operator, maxBatch, math, prepared.geometry, prepared.shape, prepared.layout, prepared.bias);
    }

    @Override
    public OptionalDouble measurePeak(Lane lane) {
        return OptionalDouble.of(PeakKernel.measure((HostLane) lane));
    }

    /** The layout of the shape that packs the fewest keys at once. */
    private ScratchLayout smallest(NeighborhoodAttentionOperator operator) {
        TileGeometry geometry = new TileGeometry(operator, math.lanes());
        return layout(operator, geometry, shape(operator, geometry, 0), 0);
    }

    private TileShape shape(NeighborhoodAttentionOperator operator, TileGeometry geometry, long limit) {
        long states = (long) operator.heads() / operator.keyValueHeads() * ScratchLayout.stateFloats(operator, math);
        boolean keepsStates = operator.additionalTokens() > 0;
        return TileShape.choose(
                geometry,
                ScratchLayout.keyFloats(operator, math),
                states,
                operator.keyValueHeads(),
                keepsStates,
                limit);
    }

    private ScratchLayout layout(
            NeighborhoodAttentionOperator operator, TileGeometry geometry, TileShape shape, long limit) {
        boolean onePass = shape.onePass(geometry) && operator.additionalTokens() == 0;
        long heads = (long) operator.heads() / operator.keyValueHeads() * shape.keyHeads();
        long states = onePass ? 2 : heads * shape.patchesY() * shape.patchesX();
        return new ScratchLayout(operator, math, geometry.mostKeys(), shape, states, limit);
    }

    private Prepared prepared(Key key) {
        synchronized (known) {
            @Nullable Prepared found = known.get(key);
            if (found != null) {
                return found;
            }
        }
        Prepared made = prepare(key);
        synchronized (known) {
            if (known.putIfAbsent(key, made) == null) {
                knownBytes += made.bytes();
                evict();
            }
        }
        return made;
    }

    /** Forgets the operators unused for longest; plans in use keep what they hold. Called with the lock held. */
    private void evict() {
        var eldest = known.values().iterator();
        while (knownBytes > CACHE_BYTES && eldest.hasNext()) {
            knownBytes -= eldest.next().bytes();
            eldest.remove();
        }
    }

    private Prepared prepare(Key key) {
        NeighborhoodAttentionOperator operator = key.operator;
        TileGeometry geometry = new TileGeometry(operator, math.lanes());
        long limit = PACKED_FLOATS;
        TileShape shape = shape(operator, geometry, limit);
        ScratchLayout layout = layout(operator, geometry, shape, limit);
        while (limit > 0 && Float.BYTES * layout.floats() > scratchBytes) {
            limit /= 2;
            shape = shape(operator, geometry, limit);
            layout = layout(operator, geometry, shape, limit);
        }
        @Nullable BiasTables bias = null;
        if (operator.relativePositionBias()) {
            float[] values = key.parameters.require(operator.parameters().get(0));
            bias = new BiasTables(operator, values, geometry.laneY, geometry.laneX);
        }
        return new Prepared(geometry, shape, layout, bias);
    }

    @Override
    public void close() {
        synchronized (known) {
            known.clear();
            knownBytes = 0;
        }
    }
}
