package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.GpuDriver;
import io.sparkhood.cuda.driver.Launch;
import java.nio.ByteBuffer;

/**
 * A driver with one emulated device. Work on streams is done late, when something waits for it, and the streams take turns in
 * an order drawn from the seed, so that a missing dependency shows.
 */
public final class EmulatedDriver implements GpuDriver {
    /** One device of these limits and this much memory. */
    public EmulatedDriver(DeviceLimits limits, long memoryBytes) {
        this(limits, memoryBytes, EmulatorOptions.DEFAULT);
    }

    /** One device, and how to run its launches. */
    public EmulatedDriver(DeviceLimits limits, long memoryBytes, EmulatorOptions options) {}

    /** Launches that were executed. */
    public long launches() {
        throw new UnsupportedOperationException();
    }

    /** The work of all launches so far. */
    public LaunchReport work() {
        throw new UnsupportedOperationException();
    }

    /** Device allocations not yet freed. */
    public int liveAllocations() {
        throw new UnsupportedOperationException();
    }

    /** Pinned buffers not yet freed. */
    public int livePinnedBuffers() {
        throw new UnsupportedOperationException();
    }

    /** Streams not yet destroyed. */
    public int liveStreams() {
        throw new UnsupportedOperationException();
    }

    /** Events not yet destroyed. */
    public int liveEvents() {
        throw new UnsupportedOperationException();
    }

    /** Modules not yet unloaded. */
    public int liveModules() {
        throw new UnsupportedOperationException();
    }

    /** Contexts retained and not yet released. */
    public int liveContexts() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int version() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int deviceCount() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String deviceName(int device) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DeviceLimits limits(int device) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long retainContext(int device) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void releaseContext(int device) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void makeCurrent(long context) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Memory memory() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long loadModule(String ptx) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void unloadModule(long module) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long entryPoint(long module, String name, int sharedBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long createStream() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void destroyStream(long stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void synchronize(long stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long createEvent() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void destroyEvent(long event) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void record(long event, long stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void await(long event) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void waitFor(long stream, long event) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long allocate(long bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void free(long address) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ByteBuffer allocatePinned(long bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void freePinned(ByteBuffer pinned) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void upload(long address, ByteBuffer pinned, long bytes, long stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void download(ByteBuffer pinned, long address, long bytes, long stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void launch(long entryPoint, Launch launch, ByteBuffer parameter, long stream) {
        throw new UnsupportedOperationException();
    }
}
