package io.sparkhood.cpu;

import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The fast backend of this JVM. Keeps the geometry and the bias tables of operators that it has met lately. */
final class CpuBackend extends HostBackend {
    private static final long DEFAULT_CACHE_BYTES = 64L << 20;

    private final TileMath math;
    private final long cacheBytes;
    private final Map<Key, Prepared> known =
            new LinkedHashMap<>(16, 0.75f, true); // guarded by itself; eldest use first
    private long knownBytes; // guarded by known

    CpuBackend(TileMath math, long cacheBytes) {
        super("cpu");
        this.math = math;
        this.cacheBytes = cacheBytes > 0 ? cacheBytes : DEFAULT_CACHE_BYTES;
    }

    private record Key(NeighborhoodAttentionOperator operator, Parameters parameters) {}

    private record Prepared(
            TileGeometry geometry,
            ScratchLayout layout,
            @Nullable BiasTables bias) {
        long bytes() {
            return geometry.bytes() + (bias == null ? 0 : 2 * bias.bytes()); // the key holds the parameter as well
        }
    }

    @Override
    Optional<String> refusesAttention(NeighborhoodAttentionOperator operator) {
        if (operator.dtype() != DType.FLOAT32) {
            return Optional.of(
                    operator.dtype()
                            + " is not supported by the cpu backend yet; cast the columns to float32, or use backend=reference");
        }
        if (Float.isInfinite(TileWorker.queryFactor(operator))) {
            return Optional.of("scale " + operator.scale() + " is beyond float32; use backend=reference");
        }
        // a chunk never has more keys than its limit, so the most keys that a tile could see stand for the exact number
        long scratch = new ScratchLayout(operator, math, Integer.MAX_VALUE).floats();
        if (scratch > MAX_ARRAY_ELEMENTS) {
            return Optional.of("headDim " + operator.headDim() + " and valueDim " + operator.valueDim() + " need "
                    + scratch + " floats of scratch, more than the " + MAX_ARRAY_ELEMENTS + " of a Java array");
        }
        long table = operator.relativePositionBias() ? BiasTables.floats(operator, math.lanes()) : 0;
        if (table > MAX_ARRAY_ELEMENTS) {
            return Optional.of("the relativePositionBias of one head needs " + table + " floats, more than the "
                    + MAX_ARRAY_ELEMENTS + " of a Java array");
        }
        return Optional.empty();
    }

    @Override
    Plan attention(NeighborhoodAttentionOperator operator, long maxBatch, Parameters parameters) {
        Prepared prepared = prepared(new Key(operator, operator.relativePositionBias() ? parameters : Parameters.NONE));
        return new CpuPlan(operator, maxBatch, math, prepared.geometry, prepared.layout, prepared.bias);
    }

    @Override
    public OptionalDouble measurePeak(Lane lane) {
        return OptionalDouble.of(PeakKernel.measure((HostLane) lane));
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
        while (knownBytes > cacheBytes && eldest.hasNext()) {
            knownBytes -= eldest.next().bytes();
            eldest.remove();
        }
    }

    private Prepared prepare(Key key) {
        NeighborhoodAttentionOperator operator = key.operator;
        TileGeometry geometry = new TileGeometry(operator, math.lanes());
        ScratchLayout layout = new ScratchLayout(operator, math, geometry.mostKeys());
        @Nullable BiasTables bias = null;
        if (operator.relativePositionBias()) {
            float[] values = key.parameters.require(operator.parameters().get(0));
            bias = new BiasTables(operator, values, geometry.laneY, geometry.laneX);
        }
        return new Prepared(geometry, layout, bias);
    }

    @Override
    public void close() {
        synchronized (known) {
            known.clear();
            knownBytes = 0;
        }
    }
}
