package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.GpuDriver;
import io.sparkhood.cuda.driver.GpuException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/** The device memory and the pinned host memory that a driver has given out. */
final class DeviceHeap {
    private static final int ALIGNMENT = 256;
    private static final int INVALID_VALUE = 1;
    private static final int OUT_OF_MEMORY = 2;

    private final Emulator emulator;
    private final long totalBytes;
    private final Map<Long, Long> allocations = new HashMap<>(); // address to bytes
    private final Set<ByteBuffer> pinned = Collections.newSetFromMap(new IdentityHashMap<>());
    private long usedBytes;
    private long allocated;

    DeviceHeap(Emulator emulator, long totalBytes) {
        this.emulator = emulator;
        this.totalBytes = totalBytes;
    }

    GpuDriver.Memory memory() {
        return new GpuDriver.Memory(totalBytes - usedBytes, totalBytes);
    }

    int allocations() {
        return allocations.size();
    }

    int pinnedBuffers() {
        return pinned.size();
    }

    long allocate(long bytes) {
        requirePositive("cuMemAlloc", bytes);
        long rounded = Math.addExact(bytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (rounded > totalBytes - usedBytes) {
            throw new GpuException(
                    "cuMemAlloc",
                    OUT_OF_MEMORY,
                    bytes + " bytes, but " + (totalBytes - usedBytes) + " of " + totalBytes + " are free");
        }
        long address = emulator.allocate("allocation " + ++allocated, bytes);
        allocations.put(address, rounded);
        usedBytes += rounded;
        return address;
    }

    void free(long address) {
        Long bytes = allocations.remove(address);
        if (bytes == null) {
            throw new GpuException("cuMemFree", INVALID_VALUE, String.format("nothing was allocated at 0x%x", address));
        }
        usedBytes -= bytes;
        emulator.free(address);
    }

    ByteBuffer allocatePinned(long bytes) {
        requirePositive("cuMemHostAlloc", bytes);
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        pinned.add(buffer);
        return buffer;
    }

    void freePinned(ByteBuffer buffer) {
        if (!pinned.remove(buffer)) {
            throw new GpuException("cuMemFreeHost", INVALID_VALUE, "this is no pinned memory");
        }
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, (byte) -1); // NaNs for whoever still reads them
        }
    }

    private static void requirePositive(String call, long bytes) {
        if (bytes <= 0) {
            throw new GpuException(call, INVALID_VALUE, bytes + " bytes");
        }
    }
}
