package io.sparkhood.cuda;

import io.sparkhood.backend.OutOfDeviceMemoryException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Memory of one kind. What is given back is kept for the next that asks for about as much, because the driver's own
 * allocations are slow and stop the device. Thread-safe.
 *
 * @param <M> a piece of memory
 */
final class MemoryPool<M> implements AutoCloseable {
    /** Pieces are multiples of this, so that similar needs share them. */
    private static final long GRANULE_BYTES = 512;

    private final Source<M> source;
    private final long budgetBytes;
    private final long mostKeptBytes;
    private final Runnable pressure;
    private final TreeMap<Long, Deque<Block<M>>> kept = new TreeMap<>(); // by bytes; guarded by this
    private long keptBytes; // guarded by this
    private long usedBytes; // guarded by this

    /** The driver's side of a kind of memory. */
    interface Source<M> {
        /** @throws OutOfDeviceMemoryException if there is none */
        M allocate(long bytes);

        void free(M memory);

        /** A sentence for people: what is exhausted, and the cure. */
        String exhausted(long askedBytes, long usedBytes);
    }

    /** A piece of memory in use. */
    record Block<M>(M memory, long bytes) {}

    /**
     * A pool.
     *
     * @param budgetBytes most bytes in use and kept together
     * @param mostKeptBytes most bytes kept
     * @param pressure gives back to this pool what can be spared; called without a lock
     */
    MemoryPool(Source<M> source, long budgetBytes, long mostKeptBytes, Runnable pressure) {
        this.source = source;
        this.budgetBytes = budgetBytes;
        this.mostKeptBytes = mostKeptBytes;
        this.pressure = pressure;
    }

    /**
     * At least as many bytes, with undefined contents.
     *
     * @throws OutOfDeviceMemoryException if there are none even after everything unused was given back
     */
    Block<M> take(long bytes) {
        long whole = Math.multiplyExact(Math.floorDiv(Math.max(1, bytes) - 1, GRANULE_BYTES) + 1, GRANULE_BYTES);
        @Nullable Block<M> found = takeOrNull(whole);
        if (found != null) {
            return found;
        }
        pressure.run();
        try {
            return takeAfterTrim(whole);
        } catch (OutOfDeviceMemoryException e) {
            throw new OutOfDeviceMemoryException(source.exhausted(bytes, usedBytes()), e);
        }
    }

    private synchronized @Nullable Block<M> takeOrNull(long bytes) {
        Map.@Nullable Entry<Long, Deque<Block<M>>> similar = kept.ceilingEntry(bytes);
        if (similar != null && similar.getKey() <= bytes + bytes / 4) {
            Block<M> block = similar.getValue().remove();
            forget(block);
            usedBytes += block.bytes;
            return block;
        }
        if (bytes > budgetBytes - usedBytes - keptBytes) {
            return null;
        }
        try {
            return allocate(bytes);
        } catch (OutOfDeviceMemoryException e) {
            return null;
        }
    }

    private synchronized Block<M> takeAfterTrim(long bytes) {
        trim();
        if (bytes > budgetBytes - usedBytes) {
            throw new OutOfDeviceMemoryException("the budget is " + budgetBytes + " bytes");
        }
        return allocate(bytes);
    }

    private Block<M> allocate(long bytes) {
        Block<M> block = new Block<>(source.allocate(bytes), bytes);
        usedBytes += bytes;
        return block;
    }

    /** Keeps a block for the next user. Nothing may be going on in it. */
    synchronized void give(Block<M> block) {
        if (block.bytes > mostKeptBytes - keptBytes) {
            discard(block);
            return;
        }
        usedBytes -= block.bytes;
        kept.computeIfAbsent(block.bytes, absent -> new ArrayDeque<>()).add(block);
        keptBytes += block.bytes;
    }

    /** Frees a block; the driver waits for what is going on in it. */
    synchronized void discard(Block<M> block) {
        usedBytes -= block.bytes;
        source.free(block.memory);
    }

    /** Frees everything that is kept. */
    synchronized void trim() {
        Release release = new Release();
        while (!kept.isEmpty()) {
            Block<M> block = kept.firstEntry().getValue().remove();
            forget(block);
            release.step(() -> source.free(block.memory));
        }
        release.end();
    }

    private void forget(Block<M> block) {
        kept.computeIfPresent(block.bytes, (bytes, same) -> same.isEmpty() ? null : same);
        keptBytes -= block.bytes;
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    @Override
    public void close() {
        trim();
    }
}
