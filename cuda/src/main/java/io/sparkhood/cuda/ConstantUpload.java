package io.sparkhood.cuda;

import io.sparkhood.cuda.MemoryPool.Block;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Copies arrays of 32-bit words to device memory and waits for it: for what is needed once per plan, not per batch. */
final class ConstantUpload {
    private static final int CHUNK_WORDS = 1 << 20;

    private final Device device;
    private final MemoryPool<ByteBuffer> pinned;

    ConstantUpload(Device device, MemoryPool<ByteBuffer> pinned) {
        this.device = device;
        this.pinned = pinned;
    }

    /** An array of words. */
    @FunctionalInterface
    interface Words {
        /** Copies {@code count} words from index {@code from} on to the start of a little-endian buffer. */
        void copy(ByteBuffer target, int from, int count);
    }

    void words(long address, int words, Words source) {
        if (words == 0) {
            return;
        }
        Block<ByteBuffer> staging = pinned.take(4L * Math.min(words, CHUNK_WORDS));
        Release release = new Release();
        release.step(() -> copy(address, words, source, staging.memory()));
        release.step(() -> {
            if (release.failed()) {
                pinned.discard(staging);
            } else {
                pinned.give(staging);
            }
        });
        release.end();
    }

    private void copy(long address, int words, Words source, ByteBuffer staging) {
        long stream = device.call(driver -> driver.createStream());
        Release release = new Release();
        release.step(() -> {
            for (int from = 0; from < words; from += CHUNK_WORDS) {
                int first = from;
                int count = Math.min(CHUNK_WORDS, words - from);
                source.copy(staging.duplicate().order(ByteOrder.LITTLE_ENDIAN), first, count);
                device.run(driver -> {
                    driver.upload(address + 4L * first, staging, 4L * count, stream);
                    driver.synchronize(stream);
                });
            }
        });
        if (release.failed()) {
            device.settle(release, driver -> driver.synchronize(stream));
        }
        release.step(() -> device.release(driver -> driver.destroyStream(stream)));
        release.end();
    }
}
