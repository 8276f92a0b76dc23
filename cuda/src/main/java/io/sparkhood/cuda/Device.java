package io.sparkhood.cuda;

import io.sparkhood.backend.DeviceLostException;
import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.GpuDriver;
import io.sparkhood.cuda.driver.GpuException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One CUDA device as this process uses it: its primary context, the modules loaded into it, and whether it is lost. After an
 * error that leaves the context in ruins every call fails with a DeviceLostException that has that first error in its message. Thread-safe.
 */
final class Device implements AutoCloseable {
    private final GpuDriver driver;
    private final int ordinal;
    private final String name;
    private final DeviceLimits limits;
    private final long context;
    private final LoadedModules modules = new LoadedModules(this);
    private final AtomicReference<@Nullable GpuException> lost = new AtomicReference<>();
    private final Map<Integer, LaneTurns> turns = new ConcurrentHashMap<>();
    private boolean closed;

    private Device(GpuDriver driver, int ordinal, String name, DeviceLimits limits, long context) {
        this.driver = driver;
        this.ordinal = ordinal;
        this.name = name;
        this.limits = limits;
        this.context = context;
    }

    /**
     * Retains the primary context of a device.
     *
     * @throws IllegalArgumentException if there is no such device
     * @throws DeviceLostException if it is lost already
     */
    static Device open(GpuDriver driver, int ordinal) {
        try {
            int devices = driver.deviceCount();
            if (ordinal >= devices) {
                throw new IllegalArgumentException(
                        "device must be less than the number of CUDA devices that this process sees, " + devices
                                + ", but is " + ordinal);
            }
            String name = driver.deviceName(ordinal);
            DeviceLimits limits = driver.limits(ordinal);
            return new Device(driver, ordinal, name, limits, driver.retainContext(ordinal));
        } catch (GpuException e) {
            throw e.fatal() ? new DeviceLostException(lostText("device " + ordinal, e), e) : e;
        }
    }

    DeviceLimits limits() {
        return limits;
    }

    LoadedModules modules() {
        return modules;
    }

    /** The turns of all backends on this device that let as many tasks compute at once. */
    LaneTurns turns(int atOnce) {
        return turns.computeIfAbsent(atOnce, count -> new LaneTurns(toString(), count));
    }

    /** Asks the driver with the context set for the calling thread. */
    <T> T call(Function<GpuDriver, T> question) {
        requireNotLost();
        return attempt(question);
    }

    /** Tells the driver with the context set for the calling thread. */
    void run(Consumer<GpuDriver> work) {
        requireNotLost();
        attempt(work);
    }

    /** Gives something back. On a device that was lost before, that is tried too, but a failure means nothing then. */
    void release(Consumer<GpuDriver> work) {
        boolean lostBefore = isLost();
        try {
            attempt(work);
        } catch (GpuException | DeviceLostException e) {
            if (!lostBefore) {
                throw e;
            }
        }
    }

    /**
     * Waits before something is given back, and once more if the driver fails at that.
     *
     * @param release takes the failures
     * @return whether it is certain that the work waited for is over
     */
    boolean settle(Release release, Consumer<GpuDriver> wait) {
        boolean over = false;
        for (int attempt = 0; attempt < 2 && !over; attempt++) {
            over = release.step(() -> release(wait));
        }
        return over && !isLost();
    }

    private void attempt(Consumer<GpuDriver> work) {
        attempt(on -> {
            work.accept(on);
            return true;
        });
    }

    private <T> T attempt(Function<GpuDriver, T> question) {
        try {
            driver.makeCurrent(context); // any thread of a pool may come, and other code may have set its own
            return question.apply(driver);
        } catch (GpuException e) {
            if (e.fatal()) {
                lost.compareAndSet(null, e);
                throw new DeviceLostException(lostText(toString(), Objects.requireNonNull(lost.get())), e);
            }
            if (e.outOfMemory()) {
                throw new OutOfDeviceMemoryException(e.getMessage() + "; " + freeText() + "; lower maxBatchBytes", e);
            }
            throw e;
        }
    }

    /** How many bytes are free, for a message. */
    String freeText() {
        try {
            GpuDriver.Memory memory = driver.memory();
            return memory.freeBytes() + " of " + memory.totalBytes() + " bytes are free on " + this;
        } catch (GpuException e) {
            return "how much is free on " + this + " is not known, " + e.getMessage();
        }
    }

    boolean isLost() {
        return lost.get() != null;
    }

    private static String lostText(String device, GpuException cause) {
        return device + " is lost to this process since " + cause.getMessage() + "; start the process anew";
    }

    /**
     * Why nothing can run here, if so. That the device is lost is no such reason, but an error of every use: what was to be
     * computed here must not go to another backend from one batch to the next.
     */
    Optional<String> unfit() {
        return limits.computeCapability() < DeviceLimits.LEAST_COMPUTE_CAPABILITY
                ? Optional.of(this + " has compute capability " + DeviceLimits.text(limits.computeCapability())
                        + ", but " + DeviceLimits.text(DeviceLimits.LEAST_COMPUTE_CAPABILITY) + " is needed")
                : Optional.empty();
    }

    /** @throws DeviceLostException if it is lost */
    void requireNotLost() {
        @Nullable GpuException cause = lost.get();
        if (cause != null) {
            throw new DeviceLostException(lostText(toString(), cause), cause);
        }
    }

    /** Such as {@code device 0, NVIDIA H200}. */
    @Override
    public String toString() {
        return "device " + ordinal + ", " + name;
    }

    /** Unloads the modules and releases the context. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        Release release = new Release();
        release.step(modules::close);
        release.step(() -> release(on -> on.releaseContext(ordinal)));
        release.end();
    }
}
