package io.sparkhood.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A driver whose devices are host memory. Streams do nothing before somebody waits, and then go on in a random order that the
 * events allow, so that a missing wait shows. Fails on what a real driver would not forgive: freed memory, foreign handles,
 * calls on a thread without a context. Launches do what the test says.
 */
public final class HostDriver implements GpuDriver {
    /** Nothing but a device. */
    public static final DeviceLimits LIMITS =
            new DeviceLimits(80, 108, 166_912, 167_936, 65_536, 1_410_000_000L, 2_039_000_000_000L);

    private final long totalBytes;
    private final Random random;
    private final BiConsumer<HostDriver, ByteBuffer> program;
    private final ThreadLocal<Long> current = ThreadLocal.withInitial(() -> 0L);
    private final TreeMap<Long, byte[]> memory = new TreeMap<>();
    private final Set<ByteBuffer> pinned = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Long, Deque<Step>> streams = new TreeMap<>();
    private final Map<Long, Event> events = new HashMap<>();
    private final Map<Long, String> modules = new HashMap<>();
    private final List<Long> contexts = new ArrayList<>();
    private long next = 0x7000_0000_0000L;
    private long usedBytes;

    /**
     * A driver with one device.
     *
     * @param program what a launch does with its parameter
     */
    public HostDriver(long totalBytes, long seed, BiConsumer<HostDriver, ByteBuffer> program) {
        this.totalBytes = totalBytes;
        this.random = new Random(seed);
        this.program = program;
    }

    private static final class Event {
        int recorded;
        int reached;
    }

    /** What a stream does next, once an event is reached. */
    private record Step(@Nullable Event after, int version, Runnable work) {
        boolean ready() {
            return after == null || after.reached >= version;
        }
    }

    /** Everything that was made and not given back; empty if nothing leaked. */
    public synchronized List<String> leaks() {
        List<String> leaks = new ArrayList<>();
        memory.forEach((address, bytes) -> leaks.add("memory of " + bytes.length));
        pinned.forEach(buffer -> leaks.add("pinned memory of " + buffer.capacity()));
        streams.keySet().forEach(stream -> leaks.add("stream " + stream));
        events.keySet().forEach(event -> leaks.add("event " + event));
        modules.keySet().forEach(module -> leaks.add("module " + module));
        contexts.forEach(context -> leaks.add("context " + context));
        return leaks;
    }

    /** Starts anew, without what leaked. */
    public synchronized void forget() {
        memory.clear();
        pinned.clear();
        streams.clear();
        events.clear();
        modules.clear();
        contexts.clear();
        usedBytes = 0;
    }

    @Override
    public int version() {
        return 12040;
    }

    @Override
    public int deviceCount() {
        return 1;
    }

    @Override
    public String deviceName(int device) {
        return "Test Device";
    }

    @Override
    public String uuid(int device) {
        return "GPU-00000000-0000-0000-0000-000000000000";
    }

    @Override
    public String pciBusId(int device) {
        return "0000:00:00.0";
    }

    @Override
    public DeviceLimits limits(int device) {
        return LIMITS;
    }

    @Override
    public synchronized long retainContext(int device) {
        contexts.add(1L);
        return 1;
    }

    @Override
    public synchronized void releaseContext(int device) {
        require(contexts.remove(1L), "a context that is retained");
    }

    @Override
    public synchronized void makeCurrent(long context) {
        require(contexts.contains(context), "a context that is retained");
        current.set(context);
    }

    private void requireContext() {
        require(current.get() == 1L && contexts.contains(1L), "a current context");
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("the driver needs " + what);
        }
    }

    @Override
    public synchronized Memory memory() {
        requireContext();
        return new Memory(totalBytes - usedBytes, totalBytes);
    }

    @Override
    public synchronized long loadModule(String ptx) {
        requireContext();
        modules.put(++next, ptx);
        return next;
    }

    @Override
    public synchronized void unloadModule(long module) {
        requireContext();
        require(modules.remove(module) != null, "a module that is loaded");
    }

    @Override
    public synchronized long entryPoint(long module, String name, int sharedBytes) {
        requireContext();
        require(modules.containsKey(module), "a module that is loaded");
        return ++next;
    }

    @Override
    public synchronized long createStream() {
        requireContext();
        streams.put(++next, new ArrayDeque<>());
        return next;
    }

    @Override
    public synchronized void destroyStream(long stream) {
        requireContext();
        finish(stream);
        streams.remove(stream);
    }

    @Override
    public synchronized void synchronize(long stream) {
        requireContext();
        finish(stream);
    }

    private void finish(long stream) {
        Deque<Step> steps = steps(stream);
        while (!steps.isEmpty()) {
            advance();
        }
    }

    private Deque<Step> steps(long stream) {
        @Nullable Deque<Step> steps = streams.get(stream);
        if (steps == null) {
            throw new AssertionError("the driver needs a stream that exists");
        }
        return steps;
    }

    /** Does the next step of any stream that can go on. */
    private void advance() {
        List<Deque<Step>> ready = streams.values().stream()
                .filter(steps -> !steps.isEmpty() && steps.element().ready())
                .toList();
        require(!ready.isEmpty(), "streams that do not wait for each other");
        ready.get(random.nextInt(ready.size())).remove().work.run();
    }

    private void enqueue(long stream, Runnable work) {
        requireContext();
        steps(stream).add(new Step(null, 0, work));
    }

    @Override
    public synchronized long createEvent() {
        requireContext();
        events.put(++next, new Event());
        return next;
    }

    @Override
    public synchronized void destroyEvent(long event) {
        requireContext();
        require(events.remove(event) != null, "an event that exists");
    }

    private Event event(long event) {
        @Nullable Event found = events.get(event);
        if (found == null) {
            throw new AssertionError("the driver needs an event that exists");
        }
        return found;
    }

    @Override
    public synchronized void record(long event, long stream) {
        Event recorded = event(event);
        int version = ++recorded.recorded;
        enqueue(stream, () -> recorded.reached = Math.max(recorded.reached, version));
    }

    @Override
    public synchronized void await(long event) {
        requireContext();
        Event awaited = event(event);
        int version = awaited.recorded;
        while (awaited.reached < version) {
            advance();
        }
    }

    @Override
    public synchronized void waitFor(long stream, long event) {
        requireContext();
        Event awaited = event(event);
        steps(stream).add(new Step(awaited, awaited.recorded, () -> {}));
    }

    @Override
    public synchronized long allocate(long bytes) {
        requireContext();
        if (bytes > totalBytes - usedBytes) {
            throw new GpuException("cuMemAlloc", 2, "CUDA_ERROR_OUT_OF_MEMORY, out of memory");
        }
        usedBytes += bytes;
        next += (bytes + 511) / 256 * 256;
        long address = (next + 255) / 256 * 256;
        next = address + bytes;
        memory.put(address, new byte[Math.toIntExact(bytes)]);
        return address;
    }

    @Override
    public synchronized void free(long address) {
        requireContext();
        streams.keySet().forEach(this::finish); // as the real one does
        byte @Nullable [] freed = memory.remove(address);
        require(freed != null, "memory that is allocated");
        usedBytes -= freed == null ? 0 : freed.length;
    }

    @Override
    public synchronized ByteBuffer allocatePinned(long bytes) {
        requireContext();
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        pinned.add(buffer);
        return buffer;
    }

    @Override
    public synchronized void freePinned(ByteBuffer buffer) {
        requireContext();
        require(pinned.remove(buffer), "pinned memory");
    }

    @Override
    public synchronized void upload(long address, ByteBuffer from, long bytes, long stream) {
        enqueue(stream, () -> from.get(0, array(address), offset(address), (int) bytes));
    }

    @Override
    public synchronized void download(ByteBuffer to, long address, long bytes, long stream) {
        enqueue(stream, () -> to.put(0, array(address), offset(address), (int) bytes));
    }

    /** The allocation that an address lies in; for the programs of launches. */
    public byte[] array(long address) {
        Map.@Nullable Entry<Long, byte[]> found = memory.floorEntry(address);
        if (found == null || address - found.getKey() >= found.getValue().length) {
            throw new AssertionError("the driver needs memory that is allocated");
        }
        return found.getValue();
    }

    /** Where in its allocation an address lies. */
    public int offset(long address) {
        return (int) (address - memory.floorKey(address));
    }

    @Override
    public synchronized void launch(long entryPoint, Launch launch, ByteBuffer parameter, long stream) {
        ByteBuffer copy = ByteBuffer.allocate(parameter.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(0, parameter, 0, parameter.capacity());
        enqueue(stream, () -> program.accept(this, copy));
    }
}
