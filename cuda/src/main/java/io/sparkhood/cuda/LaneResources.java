package io.sparkhood.cuda;

import io.sparkhood.cuda.driver.GpuDriver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a lane holds: a stream each for copies in, runs and copies out, so that those of successive batches overlap, and the
 * memory of its tensors. Work that uses a tensor comes after all earlier work of other streams that uses it.
 */
final class LaneResources implements AutoCloseable {
    private static final int STREAMS = 3;

    private final Device device;
    private final MemoryPool<Long> memory;
    private final MemoryPool<ByteBuffer> pinned;
    private final OrderedStream in = new OrderedStream(0, STREAMS);
    private final OrderedStream compute = new OrderedStream(1, STREAMS);
    private final OrderedStream out = new OrderedStream(2, STREAMS);
    private final List<OrderedStream> streams = List.of(in, compute, out);
    private final Set<DeviceBlock> blocks = new HashSet<>();
    private boolean unsure; // a call failed midway: the streams may do more than their points tell

    private LaneResources(Device device, MemoryPool<Long> memory, MemoryPool<ByteBuffer> pinned) {
        this.device = device;
        this.memory = memory;
        this.pinned = pinned;
    }

    static LaneResources open(Device device, MemoryPool<Long> memory, MemoryPool<ByteBuffer> pinned) {
        LaneResources made = new LaneResources(device, memory, pinned);
        try {
            device.run(driver -> made.streams.forEach(stream -> stream.open(driver)));
            return made;
        } catch (RuntimeException e) {
            try {
                made.close();
            } catch (RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    OrderedStream in() {
        return in;
    }

    OrderedStream compute() {
        return compute;
    }

    OrderedStream out() {
        return out;
    }

    DeviceBlock allocate(long bytes) {
        DeviceBlock block = new DeviceBlock(memory, bytes, STREAMS);
        blocks.add(block);
        return block;
    }

    PinnedMemory host(DeviceBlock block) {
        return block.host(pinned);
    }

    /** Puts work on a stream, after whatever the other streams still do with the blocks. */
    void enqueue(OrderedStream on, List<DeviceBlock> uses, Consumer<GpuDriver> work) {
        uses.forEach(DeviceBlock::requireOpen);
        boolean before = unsure;
        unsure = true;
        device.run(driver -> {
            for (DeviceBlock block : uses) {
                for (OrderedStream other : streams) {
                    if (other != on) {
                        on.waitFor(driver, other, block.lastUse(other));
                    }
                }
            }
            work.accept(driver);
            long point = on.record(driver);
            uses.forEach(block -> block.usedAt(on, point));
        });
        unsure = before;
    }

    /** A point of the stream for copies out that comes after everything on all streams by now. */
    long mark() {
        return device.call(driver -> {
            out.waitFor(driver, in, in.recorded());
            out.waitFor(driver, compute, compute.recorded());
            return out.record(driver);
        });
    }

    /** Returns when a point of a stream is reached. */
    void await(OrderedStream stream, long point) {
        if (!stream.isDone(point)) {
            device.run(driver -> stream.await(driver, point));
        }
    }

    /** Frees the memory of one tensor when no stream uses it any more. */
    void free(DeviceBlock block) {
        if (blocks.remove(block)) {
            Release release = new Release();
            boolean quiet = device.settle(release, driver -> {
                if (unsure) {
                    synchronize(driver);
                } else {
                    streams.forEach(stream -> stream.await(driver, block.lastUse(stream)));
                }
            });
            release.step(() -> block.release(quiet));
            release.end();
        }
    }

    private void synchronize(GpuDriver driver) {
        streams.forEach(stream -> stream.synchronize(driver));
        unsure = false;
    }

    /** Waits for the streams and frees everything. */
    @Override
    public void close() {
        Release release = new Release();
        boolean quiet = device.settle(release, this::synchronize);
        for (DeviceBlock block : new ArrayList<>(blocks)) {
            release.step(() -> block.release(quiet));
        }
        blocks.clear();
        streams.forEach(stream -> release.step(() -> stream.close(device)));
        release.end();
    }
}
