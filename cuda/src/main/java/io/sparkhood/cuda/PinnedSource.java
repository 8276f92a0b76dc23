package io.sparkhood.cuda;

import java.nio.ByteBuffer;

/** Pinned host memory straight from the driver. It is outside of the Java heap. */
record PinnedSource(Device device) implements MemoryPool.Source<ByteBuffer> {
    @Override
    public ByteBuffer allocate(long bytes) {
        return device.call(driver -> driver.allocatePinned(bytes));
    }

    @Override
    public void free(ByteBuffer memory) {
        device.release(driver -> driver.freePinned(memory));
    }

    @Override
    public String exhausted(long askedBytes, long usedBytes) {
        return "pinned host memory is exhausted: " + askedBytes + " bytes asked for, " + usedBytes
                + " in use; lower maxBatchBytes or give the process more memory outside of the heap";
    }
}
