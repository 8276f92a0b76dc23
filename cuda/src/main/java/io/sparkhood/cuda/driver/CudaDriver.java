package io.sparkhood.cuda.driver;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.UUID;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.CUuuid;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;
import org.jspecify.annotations.Nullable;

/** The driver of this machine through JCuda. */
final class CudaDriver implements GpuDriver {
    private static final int NAME_BYTES = 256;
    private static final int PCI_BUS_ID_BYTES = 32;
    private static final int LOG_BYTES = 8192;

    private final Handles<CUcontext> contexts = new Handles<>("context");
    private final Handles<CUmodule> modules = new Handles<>("module");
    private final Handles<CUfunction> entryPoints = new Handles<>("entry point");
    private final Handles<CUstream> streams = new Handles<>("stream");
    private final Handles<CUevent> events = new Handles<>("event");
    /** By identity, because buffers are equal by their contents. */
    private final Map<ByteBuffer, Pointer> pinned = Collections.synchronizedMap(new IdentityHashMap<>());

    private CudaDriver() {}

    /** The natives must be loaded. */
    static int driverVersion() {
        int[] version = new int[1];
        check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
        return version[0];
    }

    /** The driver must be new enough. */
    static CudaDriver initialize() {
        JCudaDriver.setExceptionsEnabled(false);
        check("cuInit", JCudaDriver.cuInit(0));
        return new CudaDriver();
    }

    private static void check(String call, int code) {
        check(call, code, "");
    }

    private static void check(String call, int code, String log) {
        if (code != 0) {
            throw new GpuException(call, code, text(code) + log);
        }
    }

    private static String text(int code) {
        @Nullable String[] name = new String[1];
        @Nullable String[] sentence = new String[1];
        JCudaDriver.cuGetErrorName(code, name);
        JCudaDriver.cuGetErrorString(code, sentence);
        return name[0] == null ? "unknown to this driver" : name[0] + ", " + sentence[0];
    }

    @Override
    public int version() {
        return driverVersion();
    }

    @Override
    public int deviceCount() {
        int[] count = new int[1];
        check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
        return count[0];
    }

    private static CUdevice device(int ordinal) {
        CUdevice device = new CUdevice();
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, ordinal));
        return device;
    }

    @Override
    public String deviceName(int device) {
        byte[] name = new byte[NAME_BYTES];
        check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, NAME_BYTES, device(device)));
        int length = 0;
        while (length < NAME_BYTES && name[length] != 0) {
            length++;
        }
        return new String(name, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public String uuid(int device) {
        CUuuid uuid = new CUuuid();
        check("cuDeviceGetUuid", JCudaDriver.cuDeviceGetUuid(uuid, device(device)));
        ByteBuffer halves = ByteBuffer.wrap(uuid.bytes);
        return "GPU-" + new UUID(halves.getLong(), halves.getLong());
    }

    @Override
    public String pciBusId(int device) {
        @Nullable String[] id = new String[1];
        check("cuDeviceGetPCIBusId", JCudaDriver.cuDeviceGetPCIBusId(id, PCI_BUS_ID_BYTES, device(device)));
        return String.valueOf(id[0]);
    }

    @Override
    public DeviceLimits limits(int device) {
        CUdevice of = device(device);
        return new DeviceLimits(
                10 * attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, of)
                        + attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, of),
                attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, of),
                attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, of),
                attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR, of),
                attribute(CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR, of),
                1000L * attribute(CU_DEVICE_ATTRIBUTE_CLOCK_RATE, of), // kilohertz
                memoryBytesPerSecond(of));
    }

    private static long memoryBytesPerSecond(CUdevice device) {
        long clockHertz = 1000L * attribute(CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, device);
        int busBits = attribute(CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, device);
        return 2 * clockHertz * (busBits / 8); // both edges of the clock carry data
    }

    private static int attribute(int attribute, CUdevice device) {
        int[] value = new int[1];
        check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute, device));
        return value[0];
    }

    @Override
    public long retainContext(int device) {
        Shown.Context context = new Shown.Context();
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device(device)));
        return contexts.add(context.handle(), context); // one per device, however often it is retained
    }

    @Override
    public void releaseContext(int device) {
        check("cuDevicePrimaryCtxRelease", JCudaDriver.cuDevicePrimaryCtxRelease(device(device)));
    }

    @Override
    public void makeCurrent(long context) {
        check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(contexts.get(context)));
    }

    @Override
    public Memory memory() {
        long[] free = new long[1];
        long[] total = new long[1];
        check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, total));
        return new Memory(free[0], total[0]);
    }

    @Override
    public long loadModule(String ptx) {
        JITOptions options = new JITOptions();
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
        Shown.Module module = new Shown.Module();
        Pointer text = Pointer.to((ptx + '\0').getBytes(StandardCharsets.US_ASCII));
        int code = JCudaDriver.cuModuleLoadDataJIT(module, text, options);
        String log = code == 0 ? "" : "; " + options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER);
        check("cuModuleLoadDataEx", code, log);
        return modules.add(module.handle(), module);
    }

    @Override
    public void unloadModule(long module) {
        check("cuModuleUnload", JCudaDriver.cuModuleUnload(modules.get(module)));
        modules.remove(module);
    }

    @Override
    public long entryPoint(long module, String name, int sharedBytes) {
        Shown.Function function = new Shown.Function();
        check("cuModuleGetFunction", JCudaDriver.cuModuleGetFunction(function, modules.get(module), name));
        check(
                "cuFuncSetAttribute",
                JCudaDriver.cuFuncSetAttribute(
                        function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, sharedBytes));
        return entryPoints.add(function.handle(), function);
    }

    @Override
    public long createStream() {
        Shown.Stream stream = new Shown.Stream();
        check("cuStreamCreate", JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
        return streams.add(stream.handle(), stream);
    }

    @Override
    public void destroyStream(long stream) {
        check("cuStreamDestroy", JCudaDriver.cuStreamDestroy(streams.get(stream)));
        streams.remove(stream);
    }

    @Override
    public void synchronize(long stream) {
        check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(streams.get(stream)));
    }

    @Override
    public long createEvent() {
        Shown.Event event = new Shown.Event();
        int flags = CUevent_flags.CU_EVENT_BLOCKING_SYNC | CUevent_flags.CU_EVENT_DISABLE_TIMING;
        check("cuEventCreate", JCudaDriver.cuEventCreate(event, flags));
        return events.add(event.handle(), event);
    }

    @Override
    public void destroyEvent(long event) {
        check("cuEventDestroy", JCudaDriver.cuEventDestroy(events.get(event)));
        events.remove(event);
    }

    @Override
    public void record(long event, long stream) {
        check("cuEventRecord", JCudaDriver.cuEventRecord(events.get(event), streams.get(stream)));
    }

    @Override
    public void await(long event) {
        check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(events.get(event)));
    }

    @Override
    public void waitFor(long stream, long event) {
        check("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(streams.get(stream), events.get(event), 0));
    }

    @Override
    public long allocate(long bytes) {
        Shown.Address address = new Shown.Address();
        check("cuMemAlloc", JCudaDriver.cuMemAlloc(address, bytes));
        return address.value();
    }

    @Override
    public void free(long address) {
        check("cuMemFree", JCudaDriver.cuMemFree(new Shown.Address(address)));
    }

    @Override
    public ByteBuffer allocatePinned(long bytes) {
        Pointer pointer = new Pointer();
        check("cuMemHostAlloc", JCudaDriver.cuMemHostAlloc(pointer, bytes, JCudaDriver.CU_MEMHOSTALLOC_PORTABLE));
        ByteBuffer buffer = pointer.getByteBuffer(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
        pinned.put(buffer, pointer);
        return buffer;
    }

    @Override
    public void freePinned(ByteBuffer buffer) {
        @Nullable Pointer pointer = pinned.get(buffer);
        if (pointer == null) {
            throw new IllegalArgumentException("this is no pinned memory: " + buffer);
        }
        check("cuMemFreeHost", JCudaDriver.cuMemFreeHost(pointer));
        pinned.remove(buffer);
    }

    @Override
    public void upload(long address, ByteBuffer from, long bytes, long stream) {
        check(
                "cuMemcpyHtoDAsync",
                JCudaDriver.cuMemcpyHtoDAsync(
                        new Shown.Address(address), Pointer.to(from), bytes, streams.get(stream)));
    }

    @Override
    public void download(ByteBuffer to, long address, long bytes, long stream) {
        check(
                "cuMemcpyDtoHAsync",
                JCudaDriver.cuMemcpyDtoHAsync(Pointer.to(to), new Shown.Address(address), bytes, streams.get(stream)));
    }

    @Override
    public void launch(long entryPoint, Launch launch, ByteBuffer parameter, long stream) {
        check(
                "cuLaunchKernel",
                JCudaDriver.cuLaunchKernel(
                        entryPoints.get(entryPoint),
                        launch.gridX(),
                        launch.gridY(),
                        launch.gridZ(),
                        launch.threads(),
                        1,
                        1,
                        launch.sharedBytes(),
                        streams.get(stream),
                        Pointer.to(Pointer.to(parameter)),
                        null));
    }
}
