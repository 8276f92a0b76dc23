package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.GpuDriver;
import io.sparkhood.cuda.driver.GpuException;
import io.sparkhood.cuda.driver.Launch;
import java.nio.ByteBuffer;

/**
 * A driver with one emulated device. Work on streams is done late, when something waits for it, and the streams take turns in
 * an order drawn from the seed, so that a missing dependency shows. A fault in work loses the device: the call that waits
 * for the work, and every call from then on, throws a {@link GpuException} whose cause is the {@link EmulatorFault}.
 *
 * <p>Stricter than a driver: memory freed while work on it waits is a fault of that work; pinned memory freed is overwritten; a
 * download of bytes never written is a fault.
 */
public final class EmulatedDriver implements GpuDriver {
    private static final int VERSION = 13_000;
    private static final int INVALID_VALUE = 1;
    private static final int INVALID_DEVICE = 101;

    private final DeviceLimits limits;
    private final Emulator emulator;
    private final DeviceHeap heap;
    private final StreamTurns turns;
    private final DeviceErrors errors = new DeviceErrors();
    private final PrimaryContext context = new PrimaryContext();
    private final Handles<LoadedModule> modules = new Handles<>("module", 1);
    private final Handles<AllowedEntryPoint> entryPoints = new Handles<>("entry point", 2);
    private final Handles<EmulatedStream> streams = new Handles<>("stream", 3);
    private final Handles<EmulatedEvent> events = new Handles<>("event", 4);
    private long launches;
    private LaunchReport work = LaunchReport.NONE;

    /** One device of these limits and this much memory. */
    public EmulatedDriver(DeviceLimits limits, long memoryBytes) {
        this(limits, memoryBytes, EmulatorOptions.DEFAULT);
    }

    /** One device, and how to run its launches. */
    public EmulatedDriver(DeviceLimits limits, long memoryBytes, EmulatorOptions options) {
        this.limits = limits;
        this.emulator = new Emulator(options);
        this.heap = new DeviceHeap(emulator, memoryBytes);
        this.turns = new StreamTurns(options.seed());
    }

    /** Launches that were executed. */
    public synchronized long launches() {
        return launches;
    }

    /** The work of all launches so far. */
    public synchronized LaunchReport work() {
        return work;
    }

    /** Device allocations not yet freed. */
    public synchronized int liveAllocations() {
        return heap.allocations();
    }

    /** Pinned buffers not yet freed. */
    public synchronized int livePinnedBuffers() {
        return heap.pinnedBuffers();
    }

    /** Streams not yet destroyed. */
    public synchronized int liveStreams() {
        return streams.count();
    }

    /** Events not yet destroyed. */
    public synchronized int liveEvents() {
        return events.count();
    }

    /** Modules not yet unloaded. */
    public synchronized int liveModules() {
        return modules.count();
    }

    /** Contexts retained and not yet released. */
    public synchronized int liveContexts() {
        return context.retained();
    }

    @Override
    public int version() {
        return VERSION;
    }

    @Override
    public int deviceCount() {
        return 1;
    }

    @Override
    public String deviceName(int device) {
        requireDevice("cuDeviceGetName", device);
        return "emulated device";
    }

    @Override
    public String uuid(int device) {
        requireDevice("cuDeviceGetUuid", device);
        return "GPU-00000000-0000-0000-0000-000000000000";
    }

    @Override
    public String pciBusId(int device) {
        requireDevice("cuDeviceGetPCIBusId", device);
        return "0000:00:00.0";
    }

    @Override
    public DeviceLimits limits(int device) {
        requireDevice("cuDeviceGetAttribute", device);
        return limits;
    }

    private static void requireDevice(String call, int device) {
        if (device != 0) {
            throw new GpuException(call, INVALID_DEVICE, "there is one device, not " + device);
        }
    }

    @Override
    public synchronized long retainContext(int device) {
        requireDevice("cuDevicePrimaryCtxRetain", device);
        return context.retain();
    }

    @Override
    public synchronized void releaseContext(int device) {
        requireDevice("cuDevicePrimaryCtxRelease", device);
        context.release();
    }

    @Override
    public synchronized void makeCurrent(long handle) {
        context.makeCurrent(handle);
    }

    /** Checks that the calling thread has the context, and that the device is not lost. */
    private void check(String call) {
        context.require(call);
        errors.check(call);
    }

    @Override
    public synchronized Memory memory() {
        check("cuMemGetInfo");
        return heap.memory();
    }

    @Override
    public synchronized long loadModule(String ptx) {
        check("cuModuleLoadDataEx");
        return modules.add(LoadedModule.load(ptx));
    }

    @Override
    public synchronized void unloadModule(long module) {
        context.require("cuModuleUnload");
        modules.remove("cuModuleUnload", module);
        errors.check("cuModuleUnload");
    }

    @Override
    public synchronized long entryPoint(long module, String name, int sharedBytes) {
        check("cuModuleGetFunction");
        PtxEntryPoint code = modules.get("cuModuleGetFunction", module).entryPoint(name);
        return entryPoints.add(AllowedEntryPoint.of(code, sharedBytes, limits));
    }

    @Override
    public synchronized long createStream() {
        check("cuStreamCreate");
        return streams.add(turns.open());
    }

    @Override
    public synchronized void destroyStream(long stream) {
        context.require("cuStreamDestroy");
        streams.remove("cuStreamDestroy", stream).destroy();
        errors.check("cuStreamDestroy");
    }

    @Override
    public synchronized void synchronize(long stream) {
        check("cuStreamSynchronize");
        EmulatedStream known = streams.get("cuStreamSynchronize", stream);
        turns.runUntil(known::isDone, known);
        errors.check("cuStreamSynchronize");
    }

    @Override
    public synchronized long createEvent() {
        check("cuEventCreate");
        return events.add(new EmulatedEvent());
    }

    @Override
    public synchronized void destroyEvent(long event) {
        context.require("cuEventDestroy");
        events.remove("cuEventDestroy", event);
        errors.check("cuEventDestroy");
    }

    @Override
    public synchronized void record(long event, long stream) {
        check("cuEventRecord");
        EmulatedStream known = streams.get("cuEventRecord", stream);
        known.add(events.get("cuEventRecord", event).record(known));
    }

    @Override
    public synchronized void await(long event) {
        check("cuEventSynchronize");
        EmulatedEvent known = events.get("cuEventSynchronize", event);
        known.stream().ifPresent(stream -> turns.runUntil(known::isDone, stream));
        errors.check("cuEventSynchronize");
    }

    @Override
    public synchronized void waitFor(long stream, long event) {
        check("cuStreamWaitEvent");
        streams.get("cuStreamWaitEvent", stream)
                .add(events.get("cuStreamWaitEvent", event).await());
    }

    @Override
    public synchronized long allocate(long bytes) {
        check("cuMemAlloc");
        return heap.allocate(bytes);
    }

    @Override
    public synchronized void free(long address) {
        context.require("cuMemFree");
        heap.free(address);
        errors.check("cuMemFree");
    }

    @Override
    public synchronized ByteBuffer allocatePinned(long bytes) {
        check("cuMemHostAlloc");
        return heap.allocatePinned(bytes);
    }

    @Override
    public synchronized void freePinned(ByteBuffer pinned) {
        context.require("cuMemFreeHost");
        heap.freePinned(pinned);
        errors.check("cuMemFreeHost");
    }

    @Override
    public synchronized void upload(long address, ByteBuffer source, long bytes, long stream) {
        check("cuMemcpyHtoDAsync");
        EmulatedStream known = streams.get("cuMemcpyHtoDAsync", stream);
        int count = copied("cuMemcpyHtoDAsync", source, bytes);
        known.add(() -> errors.run(() -> {
            byte[] copy = new byte[count];
            source.get(0, copy);
            emulator.write(address, copy);
        }));
    }

    @Override
    public synchronized void download(ByteBuffer target, long address, long bytes, long stream) {
        check("cuMemcpyDtoHAsync");
        EmulatedStream known = streams.get("cuMemcpyDtoHAsync", stream);
        int count = copied("cuMemcpyDtoHAsync", target, bytes);
        known.add(() -> errors.run(() -> target.put(0, emulator.read(address, count))));
    }

    private static int copied(String call, ByteBuffer buffer, long bytes) {
        if (!buffer.isDirect() || bytes < 0 || bytes > buffer.capacity()) {
            throw new GpuException(call, INVALID_VALUE, bytes + " bytes of " + buffer);
        }
        return (int) bytes;
    }

    @Override
    public synchronized void launch(long entryPoint, Launch launch, ByteBuffer parameter, long stream) {
        check("cuLaunchKernel");
        EmulatedStream known = streams.get("cuLaunchKernel", stream);
        AllowedEntryPoint allowed = entryPoints.get("cuLaunchKernel", entryPoint);
        allowed.check(launch);
        byte[] copy = allowed.copy(parameter);
        known.add(() -> errors.run(() -> {
            launches++;
            work = work.plus(emulator.launch(allowed.code(), launch, copy));
        }));
    }
}
