package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.cuda.VisibleDevices.Visible;
import io.sparkhood.cuda.driver.HostDriver;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What addresses mean on machines that this one is not. */
class VisibleDevicesTest {
    private static final Visible FAST = new Visible("NVIDIA H200", "GPU-aaaa", "0000:C1:00.0", true);
    private static final Visible SLOW = new Visible("NVIDIA A10", "GPU-bbbb", "0000:3B:00.0", true);
    private static final Visible OLD = new Visible("Tesla T4", "GPU-cccc", "0000:02:00.0", false);
    private static final Visible SLICE = new Visible("NVIDIA H200 MIG 1g.18gb", "GPU-aaaa", "0000:C1:00.0", true);
    private static final String DISCOVERY =
            "see CUDA_VISIBLE_DEVICES, and let spark.resources.discoveryPlugin=io.sparkhood.ml.GpuDiscovery find addresses";

    /** In CUDA's order, the fastest first. */
    private static VisibleDevices machine(String... environment) {
        return new VisibleDevices(List.of(FAST, SLOW, OLD), environment(environment));
    }

    private static Map<String, String> environment(String... entries) {
        Map<String, String> environment = new java.util.HashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            environment.put(entries[i], entries[i + 1]);
        }
        return environment;
    }

    private static void requireRefused(VisibleDevices devices, String address, String sees) {
        assertThatThrownBy(() -> devices.ordinal(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("this process sees no GPU with the address '" + address
                        + "' that Spark gave its task; it sees " + sees);
    }

    @Test
    void noAddressIsCudasFirstDevice() {
        assertThat(machine().ordinal("")).isZero();
    }

    @Test
    void anIndexCountsInTheOrderOfThePciBus() {
        assertThat(machine().ordinal("0")).isEqualTo(2);
        assertThat(machine().ordinal("1")).isEqualTo(1);
        assertThat(machine().ordinal("2")).isZero();
        assertThat(machine("CUDA_DEVICE_ORDER", "FASTEST_FIRST").ordinal("0")).isEqualTo(2);
        requireRefused(
                machine(),
                "3",
                "GPU-cccc at 0000:02:00.0 (Tesla T4), GPU-bbbb at 0000:3B:00.0 (NVIDIA A10), GPU-aaaa at 0000:C1:00.0"
                        + " (NVIDIA H200); CUDA_VISIBLE_DEVICES is not set; " + DISCOVERY);
    }

    @Test
    void inTheOrderOfThePciBusCudasOrdinalIsTheIndex() {
        VisibleDevices ordered =
                new VisibleDevices(List.of(OLD, SLOW, FAST), environment("CUDA_DEVICE_ORDER", "PCI_BUS_ID"));
        for (int index = 0; index < 3; index++) {
            assertThat(ordered.ordinal("" + index)).isEqualTo(index);
        }
    }

    @Test
    void uuidsAndPciBusIdsAreFoundWhateverIsHidden() {
        for (VisibleDevices devices : List.of(machine(), machine("CUDA_VISIBLE_DEVICES", "5,GPU-bb,1"))) {
            assertThat(devices.ordinal("GPU-aaaa")).isZero();
            assertThat(devices.ordinal("gpu-BBBB")).isEqualTo(1);
            assertThat(devices.ordinal("00000000:3B:00.0")).isEqualTo(1);
            assertThat(devices.ordinal("0000:02:00.0")).isEqualTo(2);
        }
        requireRefused(
                new VisibleDevices(List.of(SLOW), environment("CUDA_VISIBLE_DEVICES", "1")),
                "GPU-aaaa",
                "GPU-bbbb at 0000:3B:00.0 (NVIDIA A10); CUDA_VISIBLE_DEVICES=1; " + DISCOVERY);
        requireRefused(
                new VisibleDevices(List.of(SLOW), environment()),
                "0000:C1:00.0",
                "GPU-bbbb at 0000:3B:00.0 (NVIDIA A10); CUDA_VISIBLE_DEVICES is not set; " + DISCOVERY);
    }

    @Test
    void theOneDeviceLeftVisibleIsWhateverIndexIsMeant() {
        VisibleDevices one = new VisibleDevices(List.of(SLOW), environment("CUDA_VISIBLE_DEVICES", " 3 "));
        assertThat(one.ordinal("0")).isZero();
        assertThat(one.ordinal("3")).isZero();
    }

    @Test
    void amongSeveralLeftVisibleAnIndexIsFoundOnlyIfItCanBeTold() {
        VisibleDevices two = new VisibleDevices(
                List.of(FAST, SLOW), environment("CUDA_VISIBLE_DEVICES", "2,1", "CUDA_DEVICE_ORDER", "PCI_BUS_ID"));
        assertThat(two.ordinal("2")).isZero();
        assertThat(two.ordinal("1")).isEqualTo(1);
        String sees =
                "GPU-bbbb at 0000:3B:00.0 (NVIDIA A10), GPU-aaaa at 0000:C1:00.0 (NVIDIA H200); CUDA_VISIBLE_DEVICES=";
        requireRefused(two, "0", sees + "2,1; " + DISCOVERY);
        requireRefused(
                new VisibleDevices(
                        List.of(FAST, SLOW),
                        environment("CUDA_VISIBLE_DEVICES", "2,1,9,0", "CUDA_DEVICE_ORDER", "PCI_BUS_ID")),
                "0",
                sees + "2,1,9,0; " + DISCOVERY);
        String cannotBeTold = "; which of them nvidia-smi counts so cannot be told, because CUDA_VISIBLE_DEVICES hides"
                + " others; give UUIDs, as spark.resources.discoveryPlugin=io.sparkhood.ml.GpuDiscovery does, or do not"
                + " set CUDA_VISIBLE_DEVICES";
        requireRefused(
                new VisibleDevices(List.of(FAST, SLOW), environment("CUDA_VISIBLE_DEVICES", "0,1")),
                "0",
                sees + "0,1" + cannotBeTold);
        requireRefused(
                new VisibleDevices(
                        List.of(FAST, SLOW),
                        environment("CUDA_VISIBLE_DEVICES", "GPU-aaaa,GPU-bbbb", "CUDA_DEVICE_ORDER", "PCI_BUS_ID")),
                "1",
                sees + "GPU-aaaa,GPU-bbbb" + cannotBeTold);
    }

    @Test
    void aMigInstanceIsTheOneThatTheEnvironmentNames() {
        VisibleDevices bare =
                new VisibleDevices(List.of(SLICE), environment("CUDA_VISIBLE_DEVICES", "MIG-1111,MIG-2222"));
        VisibleDevices container =
                new VisibleDevices(List.of(SLICE), environment("NVIDIA_VISIBLE_DEVICES", "MIG-1111"));
        for (VisibleDevices devices : List.of(bare, container)) {
            assertThat(devices.ordinal("MIG-1111")).isZero();
            assertThat(devices.ordinal("mig-1111")).isZero();
            assertThat(devices.ordinal("GPU-aaaa")).as("its whole GPU").isZero();
            assertThat(devices.ordinal("0")).isZero();
            assertThat(devices.addresses()).containsExactly("MIG-1111");
        }
        requireRefused(
                bare,
                "MIG-2222",
                "MIG-1111 at 0000:C1:00.0 (NVIDIA H200 MIG 1g.18gb); CUDA_VISIBLE_DEVICES=MIG-1111,MIG-2222; a process"
                        + " sees one MIG instance: set CUDA_VISIBLE_DEVICES=MIG-2222 for its executor");
        VisibleDevices unnamed =
                new VisibleDevices(List.of(SLICE), environment("NVIDIA_VISIBLE_DEVICES", "MIG-1111,MIG-2222"));
        requireRefused(
                unnamed,
                "MIG-1111",
                "GPU-aaaa at 0000:C1:00.0 (NVIDIA H200 MIG 1g.18gb); CUDA_VISIBLE_DEVICES is not set; a process sees one"
                        + " MIG instance: set CUDA_VISIBLE_DEVICES=MIG-1111 for its executor");
        assertThat(unnamed.addresses()).containsExactly("GPU-aaaa");
    }

    @Test
    void addressesAreThoseOfDevicesThatFit() {
        assertThat(machine().addresses()).containsExactly("GPU-bbbb", "GPU-aaaa");
    }

    @Test
    void theDriverIsAsked() {
        VisibleDevices devices = VisibleDevices.of(new HostDriver(0, 0, (driver, parameter) -> {}));
        assertThat(devices.devices())
                .containsExactly(
                        new Visible("Test Device", "GPU-00000000-0000-0000-0000-000000000000", "0000:00:00.0", true));
    }
}
