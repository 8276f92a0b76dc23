package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.DeviceLostException;
import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.cuda.driver.FaultyDriver;
import io.sparkhood.cuda.driver.GpuException;
import io.sparkhood.cuda.driver.HostDriver;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every call of the driver in a batch loop fails once: from the opening of the device to its closing, with each class of error.
 * Nothing may leak, the message must name the call, and afterwards a batch works or the device is declared lost.
 */
class FaultInjectionTest {
    private static final int INVALID_VALUE = 1;
    private static final int OUT_OF_MEMORY = 2;
    private static final int ILLEGAL_ADDRESS = 700;

    /** Calls that give something back: when the driver refuses one, that thing is its own affair. */
    static final Set<String> RELEASING = Set.of(
            "free",
            "freePinned",
            "destroyStream",
            "destroyEvent",
            "unloadModule",
            "releaseContext",
            "makeCurrent" // before one of those
            );

    private final HostDriver host = new HostDriver(1 << 24, 1, (driver, parameter) -> {});
    private final FaultyDriver faults = new FaultyDriver(host);

    /** What the backend is opened with. */
    BackendOptions options() {
        return BackendOptions.DEFAULT;
    }

    /** The whole life of a device; returns what ended it early. */
    private Optional<RuntimeException> life() {
        try (Device device = Device.open(faults.driver(), 0);
                CudaBackend backend = new CudaBackend(device, options())) {
            try {
                BatchLoop.run(backend);
                return Optional.empty();
            } catch (RuntimeException failure) {
                afterTheLoop(device, backend);
                return Optional.of(failure);
            }
        } catch (RuntimeException failure) {
            return Optional.of(failure);
        }
    }

    private void afterTheLoop(Device device, CudaBackend backend) {
        if (device.isLost()) {
            String sentence = "device 0, Test Device is lost to this process since " + faults.failed()
                    + " failed with code 700: put in by a test";
            assertThat(backend.refuses(BatchLoop.OPERATOR))
                    .as("no other backend may take over")
                    .isEmpty();
            assertThatThrownBy(() -> backend.lane(1))
                    .isInstanceOf(DeviceLostException.class)
                    .hasMessageStartingWith(sentence)
                    .hasMessageEndingWith("; start the process anew");
            assertThatThrownBy(() -> backend.plan(BatchLoop.OPERATOR, 1, BatchLoop.PARAMETERS))
                    .isInstanceOf(DeviceLostException.class)
                    .hasMessageStartingWith(sentence);
        } else {
            assertThat(BatchLoop.run(backend)).as("a following batch").hasSize(4);
        }
    }

    private long calls() {
        faults.failAt(0, 0, false);
        assertThat(life()).isEmpty();
        assertThat(host.leaks()).isEmpty();
        return faults.calls();
    }

    private void requireNamed(RuntimeException failure, Class<?> type) {
        assertThat(failure).isInstanceOf(type);
        assertThat(whole(failure)).contains(faults.failed() + " failed with code");
    }

    /** The message with those of its causes. */
    private static String whole(Throwable failure) {
        String causes = failure.getCause() == null ? "" : " <- " + whole(failure.getCause());
        return failure + causes;
    }

    @Test
    void anOrdinaryErrorEndsTheBatchAndNothingElse() {
        long positions = calls();
        assertThat(positions).isGreaterThan(100);
        for (long at = 1; at <= positions; at++) {
            faults.failAt(at, INVALID_VALUE, false);
            Optional<RuntimeException> failure = life();
            String call = faults.failed();
            requireNamed(failure.orElseThrow(), GpuException.class);
            assertThat(host.leaks())
                    .as("position " + at + ", " + call)
                    .hasSizeLessThanOrEqualTo(RELEASING.contains(call) ? 1 : 0);
            host.forget();
        }
    }

    @Test
    void outOfMemoryIsMendedOrSaysWhatToDo() {
        long positions = calls();
        int mended = 0;
        for (long at = 1; at <= positions; at++) {
            faults.failAt(at, OUT_OF_MEMORY, false);
            Optional<RuntimeException> failure = life();
            String call = faults.failed();
            if (failure.isEmpty()) {
                mended++;
                assertThat(call).isIn("allocate", "allocatePinned", "makeCurrent");
            } else if (!(failure.get() instanceof GpuException)) { // which comes while the device is opened or closed
                requireNamed(failure.get(), OutOfDeviceMemoryException.class);
                assertThat(failure.get().getMessage()).contains("lower maxBatchBytes");
            }
            assertThat(host.leaks())
                    .as("position " + at + ", " + call)
                    .hasSizeLessThanOrEqualTo(RELEASING.contains(call) ? 1 : 0);
            host.forget();
        }
        assertThat(mended).isGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void afterAFatalErrorTheDeviceIsLost(boolean sticky) {
        long positions = calls();
        for (long at = 1; at <= positions; at++) {
            faults.failAt(at, ILLEGAL_ADDRESS, sticky);
            Optional<RuntimeException> failure = life();
            String call = faults.failed();
            requireNamed(failure.orElseThrow(), DeviceLostException.class);
            if (!sticky) { // else the driver gives nothing back either
                assertThat(host.leaks())
                        .as("position " + at + ", " + call)
                        .hasSizeLessThanOrEqualTo(RELEASING.contains(call) ? 1 : 0);
            }
            host.forget();
        }
    }
}
