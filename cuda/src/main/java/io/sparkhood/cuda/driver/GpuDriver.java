package io.sparkhood.cuda.driver;

import java.nio.ByteBuffer;

/**
 * The calls of the CUDA driver that this module needs, one to one. Handles and device addresses are the driver's own 64-bit
 * numbers. Thread-safe; calls that work on a context take the one that {@link #makeCurrent} gave the calling thread.
 *
 * <p>Every call throws {@link GpuException} with the driver's function and code. An error of work under way on the device may
 * be thrown by any later call.
 */
public interface GpuDriver {
    /** Newest CUDA version that the driver supports, 1000 times major plus 10 times minor, such as 12040. */
    int version();

    /** Devices that this process can see. */
    int deviceCount();

    /** The device's name for people. */
    String deviceName(int device);

    /** Such as {@code GPU-00010203-0405-0607-0809-0a0b0c0d0e0f}; of a MIG instance that of its whole GPU. */
    String uuid(int device);

    /** Domain, bus, device and function, such as {@code 0000:3B:00.0}. */
    String pciBusId(int device);

    /** What kernels must respect. */
    DeviceLimits limits(int device);

    /** Retains the primary context of a device, shared with everything else in this process. */
    long retainContext(int device);

    void releaseContext(int device);

    /** Makes a context the calling thread's. */
    void makeCurrent(long context);

    /** Free and total bytes of the current context's device. */
    Memory memory();

    /** Bytes of device memory. */
    record Memory(long freeBytes, long totalBytes) {}

    /** Compiles PTX text for the current context's device. */
    long loadModule(String ptx);

    void unloadModule(long module);

    /** An entry point of a module, allowed to use as much dynamic shared memory. */
    long entryPoint(long module, String name, int sharedBytes);

    long createStream();

    void destroyStream(long stream);

    /** Waits until everything on the stream is done. */
    void synchronize(long stream);

    /** An event without timing whose waiters sleep. */
    long createEvent();

    void destroyEvent(long event);

    void record(long event, long stream);

    /** Waits until everything recorded before the event is done. */
    void await(long event);

    /** Makes later work of the stream wait for the event. */
    void waitFor(long stream, long event);

    /** New device memory; the contents are undefined, the address a multiple of 256. */
    long allocate(long bytes);

    void free(long address);

    /** New pinned host memory, little-endian. */
    ByteBuffer allocatePinned(long bytes);

    void freePinned(ByteBuffer pinned);

    /** Copies from the first bytes of pinned host memory, or of a slice of it, to the device, on the stream. */
    void upload(long address, ByteBuffer pinned, long bytes, long stream);

    /** Copies from the device to the first bytes of pinned host memory, or of a slice of it, on the stream. */
    void download(ByteBuffer pinned, long address, long bytes, long stream);

    /** Launches an entry point with one parameter, the struct whose bytes are in a direct buffer (copied by the call). */
    void launch(long entryPoint, Launch launch, ByteBuffer parameter, long stream);
}
