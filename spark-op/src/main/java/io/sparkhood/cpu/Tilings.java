package io.sparkhood.cpu;

import io.sparkhood.backend.Parameters;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cuts passes into tiles; keeps the geometry and the bias tables of operators that it has met lately. */
final class Tilings {
    private static final long CACHE_BYTES = 64L << 20;
    /** Keys and values packed at once are to stay in the second-level cache. */
    private static final long PACKED_FLOATS = 140 * 1024;

    private final TileMath math;
    private final Map<Request, Tiling> known =
            new LinkedHashMap<>(16, 0.75f, true); // guarded by itself; eldest use first
    private long knownBytes; // guarded by known

    Tilings(TileMath math) {
        this.math = math;
    }

    /**
     * What is asked for.
     *
     * @param parameters the bias, if the operator has one
     * @param scoreUnit what a score of 1 means in natural logarithms: ln(2) where scores are exponents of 2
     * @param from first float of the scratch that is free
     * @param limitFloats of scratch behind it
     */
    record Request(
            NeighborhoodAttentionOperator operator,
            Parameters parameters,
            double scoreUnit,
            long from,
            long limitFloats) {}

    /** A tiling, made now or kept. */
    Tiling of(Request request) {
        synchronized (known) {
            @Nullable Tiling found = known.get(request);
            if (found != null) {
                return found;
            }
        }
        Tiling made = make(request);
        synchronized (known) {
            if (known.putIfAbsent(request, made) == null) {
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

    /** Floats of scratch of the shape that packs the fewest keys at once. */
    long leastFloats(NeighborhoodAttentionOperator operator) {
        TileGeometry geometry = new TileGeometry(operator, math.lanes());
        return layout(operator, geometry, shape(operator, geometry, 0), 0, 0).floats();
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
            NeighborhoodAttentionOperator operator, TileGeometry geometry, TileShape shape, long limit, long from) {
        boolean onePass = shape.onePass(geometry) && operator.additionalTokens() == 0;
        long heads = (long) operator.heads() / operator.keyValueHeads() * shape.keyHeads();
        long states = onePass ? 2 : heads * shape.placesZ() * shape.patchesY() * shape.patchesX();
        return new ScratchLayout(operator, math, geometry.mostKeys(), shape, states, limit, from);
    }

    private Tiling make(Request request) {
        NeighborhoodAttentionOperator operator = request.operator;
        TileGeometry geometry = new TileGeometry(operator, math.lanes());
        long limit = PACKED_FLOATS;
        TileShape shape = shape(operator, geometry, limit);
        ScratchLayout layout = layout(operator, geometry, shape, limit, request.from);
        while (limit > 0 && layout.floats() - request.from > request.limitFloats) {
            limit /= 2;
            shape = shape(operator, geometry, limit);
            layout = layout(operator, geometry, shape, limit, request.from);
        }
        @Nullable BiasTables bias = null;
        if (operator.relativePositionBias()) {
            float[] values = request.parameters.require(operator.parameters().get(0));
            bias = new BiasTables(operator, values, geometry.laneY, geometry.laneX, 1 / request.scoreUnit);
        }
        return new Tiling(operator, math, geometry, shape, layout, bias, queryFactor(operator, request.scoreUnit));
    }

    /** What queries are multiplied by, so that scores have the unit. */
    static float queryFactor(NeighborhoodAttentionOperator operator, double scoreUnit) {
        return (float) (operator.scale() / scoreUnit);
    }

    void forget() {
        synchronized (known) {
            known.clear();
            knownBytes = 0;
        }
    }
}
