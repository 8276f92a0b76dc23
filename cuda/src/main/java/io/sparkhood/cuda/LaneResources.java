package io.sparkhood.cuda;

import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.cuda.PreparedOperators.Prepared;
import io.sparkhood.cuda.driver.GpuDriver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a lane holds: a stream each for copies in, runs and copies out, so that those of successive batches overlap, and the
 * memory of its tensors. Work that uses a tensor comes after all earlier work of other streams that uses it.
 */
final class LaneResources implements AutoCloseable {
    private static final int STREAMS = 3;

    private final Device device;
    private final MemoryPool<Long> memory;
    private final MemoryPool<ByteBuffer> pinned;
    private final PreparedOperators operators;
    private final OrderedStream in = new OrderedStream(0, STREAMS);
    private final OrderedStream compute = new OrderedStream(1, STREAMS);
    private final OrderedStream out = new OrderedStream(2, STREAMS);
    private final List<OrderedStream> streams = List.of(in, compute, out);
    private final Set<DeviceBlock> blocks = new HashSet<>();
    private final Map<Prepared, Long> launched = new HashMap<>(); // with the point of the last launch; held meanwhile
    private @Nullable DeviceBlock weights; // between the launches of a run, one run after the other
    private boolean unsure; // a call failed midway: the streams may do more than their points tell

    private LaneResources(
            Device device, MemoryPool<Long> memory, MemoryPool<ByteBuffer> pinned, PreparedOperators operators) {
        this.device = device;
        this.memory = memory;
        this.pinned = pinned;
        this.operators = operators;
    }

    static LaneResources open(
            Device device, MemoryPool<Long> memory, MemoryPool<ByteBuffer> pinned, PreparedOperators operators) {
        LaneResources made = new LaneResources(device, memory, pinned, operators);
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
        DeviceBlock block = take(bytes);
        blocks.add(block);
        return block;
    }

    private DeviceBlock take(long bytes) {
        try {
            return new DeviceBlock(memory, bytes, STREAMS);
        } catch (OutOfDeviceMemoryException e) {
            if (weights == null) {
                throw e;
            }
            dropWeights(); // the next run may need less
            return new DeviceBlock(memory, bytes, STREAMS);
        }
    }

    /**
     * Memory for the attention weights of a run between its launches; the next run may have the same.
     *
     * @throws OutOfDeviceMemoryException if there is none
     */
    DeviceBlock weights(long bytes) {
        if (weights != null && weights.bytes() < bytes) {
            dropWeights();
        }
        if (weights == null) {
            weights = allocate(bytes);
        }
        return weights;
    }

    private void dropWeights() {
        @Nullable DeviceBlock dropped = weights;
        weights = null;
        if (dropped != null) {
            free(dropped);
        }
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

    /** Launches a prepared operator, and holds it until the launch is known to be over: its plan may be closed before. */
    void launch(Prepared operator, List<DeviceBlock> uses, Consumer<GpuDriver> launch) {
        if (launched.put(operator, compute.recorded() + 1) == null) {
            operators.hold(operator);
        }
        enqueue(compute, uses, launch);
    }

    /** Everything that is on the streams by now. */
    record Mark(long in, long compute, long out) {}

    /** Sets a point on the stream for copies out that comes after everything on all streams by now. */
    Mark mark() {
        return device.call(driver -> {
            out.waitFor(driver, in, in.recorded());
            out.waitFor(driver, compute, compute.recorded());
            return new Mark(in.recorded(), compute.recorded(), out.record(driver));
        });
    }

    /** Returns when everything before the mark is done. */
    void await(Mark mark) {
        await(out, mark.out);
        in.reached(mark.in);
        compute.reached(mark.compute);
        letGo();
    }

    /** Ends the hold of operators whose launches are over. */
    private void letGo() {
        Release release = new Release();
        for (Iterator<Map.Entry<Prepared, Long>> all = launched.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Prepared, Long> launch = all.next();
            if (compute.isDone(launch.getValue())) {
                Prepared over = launch.getKey();
                all.remove();
                release.step(() -> operators.give(over));
            }
        }
        release.end();
    }

    /** Returns when a point of a stream is reached. */
    void await(OrderedStream stream, long point) {
        if (!stream.isDone(point)) {
            device.run(driver -> stream.await(driver, point));
        }
    }

    /** Returns when no copy uses the host side of a block any more. */
    void awaitCopies(DeviceBlock block) {
        await(in, block.lastUse(in));
        await(out, block.lastUse(out));
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
        launched.keySet().forEach(operator -> release.step(() -> operators.give(operator)));
        launched.clear();
        for (DeviceBlock block : new ArrayList<>(blocks)) {
            release.step(() -> block.release(quiet));
        }
        blocks.clear();
        streams.forEach(stream -> release.step(() -> stream.close(device)));
        release.end();
    }
}
