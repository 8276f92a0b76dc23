package io.sparkhood.cuda;

import io.sparkhood.cuda.MemoryPool.Block;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Device memory of one tensor and its views, with the host side if it was asked for, and where the streams last used it. */
final class DeviceBlock {
    private final MemoryPool<Long> pool;
    private final Block<Long> memory;
    private final long bytes;
    private final long[] lastUse; // by index of a stream, a point
    private @Nullable PinnedMemory host;
    private boolean open = true;

    DeviceBlock(MemoryPool<Long> pool, long bytes, int streams) {
        this.pool = pool;
        this.memory = pool.take(bytes);
        this.bytes = bytes;
        this.lastUse = new long[streams];
    }

    long address() {
        return memory.memory();
    }

    /** What was asked for. */
    long bytes() {
        return bytes;
    }

    /** The host side, made on first use. */
    PinnedMemory host(MemoryPool<ByteBuffer> pinned) {
        requireOpen();
        if (host == null) {
            host = PinnedMemory.take(pinned, bytes);
        }
        return host;
    }

    /** The point of a stream at which it last used this memory; 0 if never. */
    long lastUse(OrderedStream stream) {
        return lastUse[stream.index()];
    }

    void usedAt(OrderedStream stream, long point) {
        lastUse[stream.index()] = point;
    }

    void requireOpen() {
        if (!open) {
            throw new IllegalStateException("the tensor is closed");
        }
    }

    /**
     * Gives the memory back.
     *
     * @param quiet whether it is certain that no stream uses it any more
     */
    void release(boolean quiet) {
        open = false;
        Release release = new Release();
        release.step(quiet ? () -> pool.give(memory) : () -> pool.discard(memory));
        @Nullable PinnedMemory pinned = host;
        if (pinned != null) {
            release.step(quiet ? pinned::close : pinned::discard);
        }
        release.end();
    }
}
