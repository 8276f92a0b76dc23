package io.sparkhood.cuda;

import io.sparkhood.backend.Parameters;
import io.sparkhood.cuda.MemoryPool.Block;
import io.sparkhood.operator.NeighborhoodOperator;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Operators made ready for a device: launches, entry points, and constants in device memory. Those that plans or launches
 * under way use stay; of the others those used last, up to a number of bytes. Thread-safe.
 */
final class PreparedOperators implements AutoCloseable {
    private final Device device;
    private final MemoryPool<Long> memory;
    private final ConstantUpload upload;
    private final long mostBytes;
    private final Map<Key, Prepared> known = new LinkedHashMap<>(16, 0.75f, true); // guarded by this; eldest use first
    private long knownBytes; // guarded by this

    PreparedOperators(Device device, MemoryPool<Long> memory, MemoryPool<ByteBuffer> pinned, long mostBytes) {
        this.device = device;
        this.memory = memory;
        this.upload = new ConstantUpload(device, pinned);
        this.mostBytes = mostBytes;
    }

    /** @param wanted the entry point that is asked for; empty: the best */
    private record Key(NeighborhoodOperator operator, Parameters parameters, Optional<EntryPointShape> wanted) {}

    /** An operator made ready. */
    static final class Prepared {
        private final Key key;
        private final Launches launches;
        private final List<Long> entryPoints;
        private final Block<Long> constants;
        private final long biasAddress;
        private int users; // plans and lanes; guarded by PreparedOperators

        private Prepared(Key key, Launches launches, List<Long> entryPoints, Block<Long> constants, long biasAddress) {
            this.key = key;
            this.launches = launches;
            this.entryPoints = entryPoints;
            this.constants = constants;
            this.biasAddress = biasAddress;
        }

        Launches launches() {
            return launches;
        }

        /** Handles of {@link Launches#entryPoints()}. */
        List<Long> entryPoints() {
            return entryPoints;
        }

        /** Address of {@link Launches#tables()}. */
        long tablesAddress() {
            return constants.memory();
        }

        /** Address of the relative position bias, or 0. */
        long biasAddress() {
            return biasAddress;
        }
    }

    /**
     * Makes an operator ready, or finds it so, for one use.
     *
     * @param wanted the entry point that is asked for, one of those that can run the operator; empty: the best
     * @param launches how it is launched, asked for if it is not ready
     */
    synchronized Prepared take(
            NeighborhoodOperator operator,
            Parameters parameters,
            Optional<EntryPointShape> wanted,
            Supplier<Launches> launches) {
        Key key = new Key(operator, operator.parameters().isEmpty() ? Parameters.NONE : parameters, wanted);
        @Nullable Prepared found = known.get(key);
        if (found == null) {
            found = prepare(key, launches.get());
            known.put(key, found);
            knownBytes += found.constants.bytes();
        }
        found.users++;
        return found;
    }

    private Prepared prepare(Key key, Launches launches) {
        List<Long> entryPoints = launches.entryPoints().stream()
                .map(wanted -> device.modules().entryPoint(wanted))
                .toList();
        int[] tables = launches.tables();
        float[] bias = key.operator.parameters().isEmpty()
                ? new float[0]
                : key.parameters.require(key.operator.parameters().get(0));
        long biasFrom = aligned(4L * tables.length);
        Block<Long> constants = memory.take(biasFrom + 4L * bias.length);
        try {
            upload.words(
                    constants.memory(),
                    tables.length,
                    (target, from, count) -> target.asIntBuffer().put(tables, from, count));
            upload.words(
                    constants.memory() + biasFrom,
                    bias.length,
                    (target, from, count) -> target.asFloatBuffer().put(bias, from, count));
        } catch (RuntimeException e) {
            memory.discard(constants);
            throw e;
        }
        return new Prepared(
                key, launches, entryPoints, constants, bias.length == 0 ? 0 : constants.memory() + biasFrom);
    }

    /** As an allocation of its own would be. */
    private static long aligned(long bytes) {
        return (bytes + 255) / 256 * 256;
    }

    /** One more use of what was taken. */
    synchronized void hold(Prepared prepared) {
        prepared.users++;
    }

    /** Ends one use. */
    synchronized void give(Prepared prepared) {
        prepared.users--;
        evictTo(mostBytes);
    }

    /** Frees all that nothing uses. */
    synchronized void evictUnused() {
        evictTo(0);
    }

    private void evictTo(long bytes) {
        Release release = new Release();
        for (Iterator<Prepared> eldest = known.values().iterator(); knownBytes > bytes && eldest.hasNext(); ) {
            Prepared prepared = eldest.next();
            if (prepared.users == 0) {
                eldest.remove();
                knownBytes -= prepared.constants.bytes();
                release.step(() -> memory.give(prepared.constants));
            }
        }
        release.end();
    }

    @Override
    public void close() {
        evictUnused();
    }
}
