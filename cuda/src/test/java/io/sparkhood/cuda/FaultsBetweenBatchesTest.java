package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.cuda.driver.FaultyDriver;
import io.sparkhood.cuda.driver.GpuException;
import io.sparkhood.cuda.driver.HostDriver;
import io.sparkhood.cuda.emulator.EmulatedDriver;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A call of the driver fails at every position of a batch loop on an emulated device, which would notice memory that is freed,
 * reused or read too early; the batches after it compute what they should.
 */
class FaultsBetweenBatchesTest {
    private final EmulatedDriver emulated = new EmulatedDriver(HostDriver.LIMITS, 1 << 24);
    private final FaultyDriver faults = new FaultyDriver(emulated);
    private final Device device = Device.open(faults.driver(), 0);

    @AfterEach
    void close() {
        faults.failAt(0, 0, false);
        device.close();
        assertThat(emulated.liveModules() + emulated.liveContexts()).isZero();
    }

    private List<float[]> batches() {
        try (CudaBackend backend = new CudaBackend(device, 0)) {
            return BatchLoop.run(backend);
        }
    }

    private int live() {
        return emulated.liveAllocations()
                + emulated.livePinnedBuffers()
                + emulated.liveStreams()
                + emulated.liveEvents();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2}) // invalid value, out of memory
    void batchesAfterAnErrorAreRight(int code) {
        List<float[]> expected = batches();
        assertThat(live()).isZero();
        faults.failAt(0, code, false);
        batches();
        long positions = faults.calls();
        for (long at = 1; at <= positions; at++) {
            int before = live();
            faults.failAt(at, code, false);
            try {
                assertSame(batches(), expected, "mended, position " + at);
            } catch (GpuException | OutOfDeviceMemoryException e) {
                assertThat(faults.failed()).as(e.toString()).isNotNull();
            }
            String call = faults.failed();
            assertThat(live() - before)
                    .as("left by a failed " + call)
                    .isLessThanOrEqualTo(FaultInjectionTest.RELEASING.contains(call) ? 1 : 0);
            faults.failAt(0, 0, false);
            assertSame(batches(), expected, "after position " + at);
        }
    }

    private static void assertSame(List<float[]> outputs, List<float[]> expected, String what) {
        assertThat(outputs).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < outputs.size(); i++) {
            assertThat(outputs.get(i)).as(what).containsExactly(expected.get(i));
        }
    }
}
