package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Probe;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.emulator.EmulatedDriver;
import io.sparkhood.cuda.emulator.EmulatorOptions;
import io.sparkhood.cuda.emulator.LaunchReport;
import java.util.ArrayList;
import java.util.List;

/** Backends on one emulated device, which executes the PTX that ships. */
final class EmulatedCuda implements BackendProvider {
    /** The least that the entry points must do with. */
    private static final DeviceLimits LIMITS = OneMultiprocessor.of(KnownDevice.A10);

    private static final long MEMORY_BYTES = 1L << 30;

    private final EmulatedDriver driver =
            new EmulatedDriver(LIMITS, MEMORY_BYTES, EmulatorOptions.DEFAULT.withThreads(2));
    private final Device device = Device.open(driver, 0);
    private final List<CudaBackend> opened = new ArrayList<>();

    /** What the time of an emulated run of a case is proportional to, where it does not take tiles. */
    static long pairs(NamedCase named) {
        return named.operator().visiblePairs() * named.operator().heads() * named.batch();
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public int rank() {
        return 200;
    }

    @Override
    public Probe probe() {
        return Probe.usable("an emulated device");
    }

    @Override
    public Backend open(BackendOptions options) {
        CudaBackend backend = new CudaBackend(device, options);
        opened.add(backend);
        return backend;
    }

    /** The work of all launches so far. */
    LaunchReport work() {
        return driver.work();
    }

    /** Closes all backends and the device, and fails if something of theirs is left. */
    void requireEverythingGivenBack() {
        opened.forEach(CudaBackend::close); // the contract closes them later, and twice
        device.close();
        assertThat(driver.liveAllocations()).as("device memory").isZero();
        assertThat(driver.livePinnedBuffers()).as("pinned memory").isZero();
        assertThat(driver.liveStreams()).as("streams").isZero();
        assertThat(driver.liveEvents()).as("events").isZero();
        assertThat(driver.liveModules()).as("modules").isZero();
        assertThat(driver.liveContexts()).as("contexts").isZero();
    }
}
