package io.sparkhood.cuda;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Candidate;
import io.sparkhood.backend.Probe;
import io.sparkhood.cuda.driver.Availability;
import io.sparkhood.cuda.driver.GpuDriver;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Operator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** NVIDIA GPUs of compute capability 8.0 and later, through the CUDA driver of this machine. */
public final class CudaBackendProvider implements BackendProvider {
    /** By ordinal. Contexts and modules are dear, so they stay for the life of this JVM; the driver frees them at its end. */
    private static final Map<Integer, Device> DEVICES = new ConcurrentHashMap<>();

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
        Availability availability = Availability.detected();
        return availability.driver().isPresent()
                ? Probe.usable(availability.detail())
                : Probe.notUsable(availability.detail());
    }

    @Override
    public List<String> devices() {
        try {
            return Availability.detected()
                    .driver()
                    .map(driver -> VisibleDevices.of(driver).addresses())
                    .orElse(List.of());
        } catch (RuntimeException e) {
            return List.of();
        }
    }

    @Override
    public Map<String, List<Candidate>> forecast(Operator operator, long batch) {
        Map<String, List<Candidate>> byDevice = new LinkedHashMap<>();
        if (operator instanceof NeighborhoodAttentionOperator attention) {
            for (KnownDevice device : KnownDevice.values()) {
                if (LaunchPlan.refuses(attention, device.limits()).isEmpty()) {
                    byDevice.put(
                            device.name().toLowerCase(Locale.ROOT),
                            CudaPlan.candidates(attention, device.limits(), batch));
                }
            }
        }
        return byDevice;
    }

    @Override
    public Backend open(BackendOptions options) {
        GpuDriver driver = Availability.detected().driver().orElseThrow();
        int ordinal = VisibleDevices.of(driver).ordinal(options.device());
        Device device = DEVICES.computeIfAbsent(ordinal, of -> Device.open(driver, of));
        return new CudaBackend(device, options);
    }
}
