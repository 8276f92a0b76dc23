package io.sparkhood.cuda;

import io.sparkhood.cuda.MemoryPool.Block;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Pinned memory of any length, in chunks, because a ByteBuffer ends at 2 GiB. */
final class PinnedMemory implements AutoCloseable {
    private static final long CHUNK_BYTES = 1L << 30;

    private final MemoryPool<ByteBuffer> pool;
    private final long chunkBytes;
    private final List<Block<ByteBuffer>> chunks = new ArrayList<>();

    private PinnedMemory(MemoryPool<ByteBuffer> pool, long chunkBytes) {
        this.pool = pool;
        this.chunkBytes = chunkBytes;
    }

    static PinnedMemory take(MemoryPool<ByteBuffer> pool, long bytes) {
        return take(pool, bytes, CHUNK_BYTES);
    }

    /** @param chunkBytes a multiple of the elements' bytes */
    static PinnedMemory take(MemoryPool<ByteBuffer> pool, long bytes, long chunkBytes) {
        PinnedMemory memory = new PinnedMemory(pool, chunkBytes);
        try {
            for (long at = 0; at < bytes; at += chunkBytes) {
                memory.chunks.add(pool.take(Math.min(chunkBytes, bytes - at)));
            }
            return memory;
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    /** A part of a range. */
    @FunctionalInterface
    interface Part {
        /**
         * Takes the next part.
         *
         * @param buffer the part and no more, little-endian
         * @param from its first byte, counted from the start of the range
         */
        void accept(ByteBuffer buffer, long from);
    }

    /** Walks over a range, chunk by chunk. */
    void forEachPart(long first, long bytes, Part part) {
        for (long from = 0; from < bytes; ) {
            long at = first + from;
            int inChunk = (int) (at % chunkBytes);
            int length = (int) Math.min(bytes - from, chunkBytes - inChunk);
            ByteBuffer chunk = chunks.get((int) (at / chunkBytes)).memory();
            part.accept(chunk.slice(inChunk, length).order(ByteOrder.LITTLE_ENDIAN), from);
            from += length;
        }
    }

    /** Gives it back to be kept; nothing may be copied to or from it any more. */
    @Override
    public void close() {
        giveBack(pool::give);
    }

    /** Gives it back to the driver. */
    void discard() {
        giveBack(pool::discard);
    }

    private void giveBack(Consumer<Block<ByteBuffer>> to) {
        Release release = new Release();
        chunks.forEach(chunk -> release.step(() -> to.accept(chunk)));
        chunks.clear();
        release.end();
    }
}
