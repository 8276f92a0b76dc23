package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.GpuDriver;
import io.sparkhood.cuda.driver.GpuException;
import io.sparkhood.cuda.driver.Launch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The emulated driver: order of streams, events, errors that stay, and counters. */
final class EmulatedDriverTest {
    private static final DeviceLimits LIMITS = new DeviceLimits(80, 108, 1024, 2048, 65_536, 1, 1);
    private static final String ADD_ONE = """
            .version 7.4
            .target sm_80
            .address_size 64
            .visible .entry add_one(.param .align 8 .b8 struct[8])
            .maxntid 32, 1, 1
            {
                .reg .b32 %r<4>;
                .reg .b64 %rd<4>;
                ld.param.u64 %rd1, [struct];
                mov.u32 %r1, %tid.x;
                mul.wide.u32 %rd2, %r1, 4;
                add.s64 %rd1, %rd1, %rd2;
                ld.global.u32 %r2, [%rd1];
                add.s32 %r2, %r2, 1;
                st.global.u32 [%rd1], %r2;
                ret;
            }
            """;
    private static final int BYTES = 128;
    private static final Launch ONE_WARP = new Launch(1, 1, 1, 32, 0);

    private EmulatedDriver driver = new EmulatedDriver(LIMITS, 4096);
    private long entryPoint;

    @BeforeEach
    void open() {
        open(1);
    }

    private void open(long seed) {
        driver = new EmulatedDriver(LIMITS, 4096, EmulatorOptions.DEFAULT.withSeed(seed));
        driver.makeCurrent(driver.retainContext(0));
        entryPoint = driver.entryPoint(driver.loadModule(ADD_ONE), "add_one", 0);
    }

    private static ByteBuffer parameter(long address) {
        return ByteBuffer.allocateDirect(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, address);
    }

    private ByteBuffer pinned(int value) {
        ByteBuffer buffer = driver.allocatePinned(BYTES);
        for (int at = 0; at < BYTES; at += 4) {
            buffer.putInt(at, value);
        }
        return buffer;
    }

    @Test
    void doesTheWorkOfAStreamInOrder() {
        long stream = driver.createStream();
        long address = driver.allocate(BYTES);
        ByteBuffer host = pinned(5);
        driver.upload(address, host, BYTES, stream);
        driver.launch(entryPoint, ONE_WARP, parameter(address), stream);
        driver.launch(entryPoint, ONE_WARP, parameter(address), stream);
        driver.download(host, address, BYTES, stream);
        assertThat(host.getInt(64)).isEqualTo(5);
        assertThat(driver.launches()).isZero();
        driver.synchronize(stream);
        assertThat(host.getInt(64)).isEqualTo(7);
        assertThat(driver.launches()).isEqualTo(2);
        assertThat(driver.work().globalRequests()).isEqualTo(4);
    }

    @Test
    void copiesLate() {
        long stream = driver.createStream();
        long address = driver.allocate(BYTES);
        ByteBuffer host = pinned(5);
        driver.upload(address, host, BYTES, stream);
        host.putInt(0, 9); // too early: the copy has not been waited for
        driver.download(host, address, BYTES, stream);
        driver.synchronize(stream);
        assertThat(host.getInt(0)).isEqualTo(9);
    }

    /** Two streams, one of which needs what the other does. */
    private int handedOver(boolean dependency) {
        long first = driver.createStream();
        long second = driver.createStream();
        long event = driver.createEvent();
        long address = driver.allocate(BYTES);
        ByteBuffer host = pinned(5);
        driver.upload(address, host, BYTES, first);
        driver.synchronize(first);
        driver.launch(entryPoint, ONE_WARP, parameter(address), first);
        driver.record(event, first);
        if (dependency) {
            driver.waitFor(second, event);
        }
        driver.download(host, address, BYTES, second);
        driver.synchronize(second);
        return host.getInt(0);
    }

    @Test
    void honoursAndExploitsDependencies() {
        int early = 0;
        for (int seed = 1; seed <= 20; seed++) {
            open(seed);
            assertThat(handedOver(true)).isEqualTo(6);
            open(seed);
            early += handedOver(false) == 5 ? 1 : 0;
        }
        assertThat(early).as("schedules that show the missing dependency").isBetween(5, 20);
    }

    @Test
    void awaitsTheLastRecordOfAnEvent() {
        long stream = driver.createStream();
        long event = driver.createEvent();
        driver.await(event); // nothing recorded
        long address = driver.allocate(BYTES);
        ByteBuffer host = pinned(5);
        driver.upload(address, host, BYTES, stream);
        driver.record(event, stream);
        driver.launch(entryPoint, ONE_WARP, parameter(address), stream);
        driver.record(event, stream);
        driver.await(event);
        assertThat(driver.launches()).isEqualTo(1);
    }

    @Test
    void finishesWhatADestroyedStreamHolds() {
        long stream = driver.createStream();
        long event = driver.createEvent();
        long address = driver.allocate(BYTES);
        driver.upload(address, pinned(5), BYTES, stream);
        driver.launch(entryPoint, ONE_WARP, parameter(address), stream);
        driver.record(event, stream);
        driver.destroyStream(stream);
        driver.await(event);
        assertThat(driver.launches()).isEqualTo(1);
    }

    @Test
    void losesTheDeviceByAFault() {
        long stream = driver.createStream();
        driver.launch(entryPoint, ONE_WARP, parameter(4096), stream);
        GpuException exception = catchThrowableOfType(GpuException.class, () -> driver.synchronize(stream));
        assertThat(exception)
                .hasMessage("cuStreamSynchronize failed with code 700: OUT_OF_BOUNDS: no memory at address 0x1000 "
                        + "[block 0, warp 0, lane 0, line 13: ld.global.u32 %r2, [%rd1];]")
                .hasCauseInstanceOf(EmulatorFault.class);
        assertThat(exception.fatal()).isTrue();
        assertThatThrownBy(() -> driver.allocate(1)).hasMessageStartingWith("cuMemAlloc failed with code 700: ");
        assertThatThrownBy(driver::memory).hasMessageStartingWith("cuMemGetInfo failed with code 700: ");
        assertThatThrownBy(() -> driver.destroyStream(stream)).isInstanceOf(GpuException.class);
        assertThat(driver.liveStreams()).isZero();
    }

    @Test
    void faultsOnMemoryFreedTooEarly() {
        long stream = driver.createStream();
        long address = driver.allocate(BYTES);
        driver.upload(address, pinned(5), BYTES, stream);
        driver.free(address);
        assertThatThrownBy(() -> driver.synchronize(stream))
                .hasMessage("cuStreamSynchronize failed with code 700: FREED_MEMORY: a copy touches allocation 1, "
                        + "which was freed");
    }

    @Test
    void hasSoMuchMemory() {
        long large = driver.allocate(3000);
        assertThat(driver.memory()).isEqualTo(new GpuDriver.Memory(1024, 4096));
        GpuException exception = catchThrowableOfType(GpuException.class, () -> driver.allocate(1025));
        assertThat(exception).hasMessage("cuMemAlloc failed with code 2: 1025 bytes, but 1024 of 4096 are free");
        assertThat(exception.outOfMemory()).isTrue();
        driver.free(large);
        assertThat(driver.memory().freeBytes()).isEqualTo(4096);
        assertThatThrownBy(() -> driver.free(large)).hasMessageStartingWith("cuMemFree failed with code 1: ");
    }

    @Test
    void checksLaunches() {
        long stream = driver.createStream();
        assertThatThrownBy(() -> driver.launch(entryPoint, new Launch(1, 1, 1, 64, 0), parameter(0), stream))
                .hasMessageStartingWith("cuLaunchKernel failed with code 701: add_one: more threads than the 32 it was "
                        + "compiled for: Launch[");
        assertThatThrownBy(() -> driver.launch(entryPoint, new Launch(1, 1, 1, 32, 64), parameter(0), stream))
                .hasMessageContaining("more dynamic shared memory than the 0 bytes it was allowed");
        assertThatThrownBy(() -> driver.launch(entryPoint, new Launch(1, 1, 65_536, 32, 0), parameter(0), stream))
                .hasMessageContaining("more than 65535 blocks on the second or third axis");
        assertThatThrownBy(() -> driver.launch(entryPoint, ONE_WARP, ByteBuffer.allocateDirect(4), stream))
                .hasMessageContaining("add_one needs a parameter of 8 bytes in a direct buffer");
        long module = driver.loadModule(ADD_ONE);
        assertThatThrownBy(() -> driver.entryPoint(module, "add_one", 2000))
                .hasMessage(
                        "cuFuncSetAttribute failed with code 1: add_one cannot have 2000 bytes of shared memory on a "
                                + "device that has 1024 for a block");
        assertThatThrownBy(() -> driver.entryPoint(module, "add_two", 0))
                .hasMessage("cuModuleGetFunction failed with code 500: no entry point add_two");
        assertThatThrownBy(() -> driver.loadModule(".visible .nonsense"))
                .hasMessageStartingWith("cuModuleLoadDataEx failed with code 218: UNSUPPORTED: unknown directive");
    }

    @Test
    void needsAContextOnEveryThread() throws InterruptedException {
        assertThatThrownBy(() -> new EmulatedDriver(LIMITS, 1).createStream())
                .hasMessage("cuStreamCreate failed with code 201: the calling thread has no context");
        GpuException[] caught = new GpuException[1];
        Thread other =
                new Thread(() -> caught[0] = catchThrowableOfType(GpuException.class, () -> driver.createStream()));
        other.start();
        other.join();
        assertThat(caught[0].code()).isEqualTo(201);
        driver.releaseContext(0);
        assertThatThrownBy(() -> driver.createStream()).hasMessageContaining("code 201");
    }

    @Test
    void countsWhatLives() {
        long module = driver.loadModule(ADD_ONE);
        long stream = driver.createStream();
        long event = driver.createEvent();
        long address = driver.allocate(1);
        ByteBuffer buffer = driver.allocatePinned(8);
        assertThat(counts()).containsExactly(2, 1, 1, 1, 1, 1);
        driver.unloadModule(module);
        driver.destroyStream(stream);
        driver.destroyEvent(event);
        driver.free(address);
        driver.freePinned(buffer);
        assertThat(buffer.getLong(0)).isEqualTo(-1);
        driver.releaseContext(0);
        assertThat(counts()).containsExactly(1, 0, 0, 0, 0, 0);
    }

    private int[] counts() {
        return new int[] {
            driver.liveModules(),
            driver.liveStreams(),
            driver.liveEvents(),
            driver.liveAllocations(),
            driver.livePinnedBuffers(),
            driver.liveContexts()
        };
    }
}
