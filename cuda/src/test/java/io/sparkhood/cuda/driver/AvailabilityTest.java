package io.sparkhood.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What is said of machines that this one is not. */
class AvailabilityTest {
    private static final String JCUDA_PAGE = """
            Error while loading native library "JCudaDriver-12.6.0-linux-x86_64"
            Operating system name: Linux
            Stack trace from the attempt to load the library as a file:
            java.lang.UnsatisfiedLinkError: no JCudaDriver-12.6.0-linux-x86_64 in java.library.path: /lib
            \tat java.base/java.lang.ClassLoader.loadLibrary(ClassLoader.java:2434)
            Stack trace from the attempt to load the library as a resource:
            java.lang.UnsatisfiedLinkError: /somewhere/sparkhood-1/libJCudaDriver-12.6.0-linux-x86_64.so: %s
            \tat java.base/jdk.internal.loader.NativeLibraries.load(Native Method)
            ---(end of nested stack traces)---
            """;

    private record Machine(Supplier<Integer> asked, List<String> names, List<Integer> capabilities)
            implements Availability.Library {
        @Override
        public int version() {
            return asked.get();
        }

        @Override
        public GpuDriver initialize() {
            HostDriver host = new HostDriver(0, 0, (driver, parameter) -> {});
            return (GpuDriver) java.lang.reflect.Proxy.newProxyInstance(
                    GpuDriver.class.getClassLoader(),
                    new Class<?>[] {GpuDriver.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "version" -> asked.get();
                        case "deviceCount" -> names.size();
                        case "deviceName" -> names.get((Integer) arguments[0]);
                        case "limits" -> new DeviceLimits(capabilities.get((Integer) arguments[0]), 1, 1, 1, 1, 1, 1);
                        default -> method.invoke(host, arguments);
                    });
        }
    }

    private static Availability linux(Supplier<Integer> version, List<String> names, Integer... capabilities) {
        return Availability.of("Linux", "amd64", new Machine(version, names, List.of(capabilities)));
    }

    private static String refused(Availability availability) {
        assertThat(availability.driver()).isEmpty();
        return availability.detail();
    }

    private static <T> T fail(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    @Test
    void usableDevicesAreNamed() {
        Availability one = linux(() -> 12040, List.of("NVIDIA H200"), 90);
        assertThat(one.driver()).isPresent();
        assertThat(one.detail()).isEqualTo("NVIDIA H200 of compute capability 9.0, driver of CUDA 12.4");
        Availability mixed = linux(() -> 13000, List.of("Tesla T4", "NVIDIA A10"), 75, 86);
        assertThat(mixed.driver()).isPresent();
        assertThat(mixed.detail())
                .isEqualTo(
                        "Tesla T4 of compute capability 7.5, NVIDIA A10 of compute capability 8.6, driver of CUDA 13.0");
    }

    @Test
    void anOlderDeviceIsNamed() {
        assertThat(refused(linux(() -> 12040, List.of("Tesla T4"), 75)))
                .isEqualTo("Tesla T4 of compute capability 7.5, but compute capability 8.0 is needed");
    }

    @Test
    void anOlderDriverIsNotInitialized() {
        Availability.Library old = new Availability.Library() {
            @Override
            public int version() {
                return 11080;
            }

            @Override
            public GpuDriver initialize() {
                throw new AssertionError("it may end the JVM");
            }
        };
        assertThat(refused(Availability.of("Linux", "amd64", old)))
                .isEqualTo("the driver knows CUDA 11.8, but 12.0 is needed; install driver 525 or later");
    }

    @Test
    void noDriver() {
        String page = JCUDA_PAGE.formatted("libcuda.so.1: cannot open shared object file: No such file or directory");
        assertThat(refused(linux(() -> fail(new UnsatisfiedLinkError(page)), List.of())))
                .isEqualTo("no CUDA driver (libcuda.so.1 not found)");
    }

    @Test
    void noDevice() {
        String sentence = "the driver shows no CUDA device to this process; see nvidia-smi and CUDA_VISIBLE_DEVICES";
        assertThat(refused(linux(() -> 12040, List.of()))).isEqualTo(sentence);
        GpuException none = new GpuException("cuInit", 100, "CUDA_ERROR_NO_DEVICE, no CUDA-capable device is detected");
        assertThat(refused(linux(() -> fail(none), List.of()))).isEqualTo(sentence);
    }

    @Test
    void anotherPlatformIsNotAsked() {
        Supplier<Integer> unasked = () -> fail(new AssertionError("no natives"));
        assertThat(refused(Availability.of("Mac OS X", "aarch64", new Machine(unasked, List.of(), List.of()))))
                .isEqualTo("there is no JCuda for Mac OS X on aarch64, only for Linux on amd64");
        assertThat(refused(Availability.of("Linux", "aarch64", new Machine(unasked, List.of(), List.of()))))
                .isEqualTo("there is no JCuda for Linux on aarch64, only for Linux on amd64");
    }

    @Test
    void whatIsBrokenIsSaidInOneLine() {
        GpuException mismatch = new GpuException("cuInit", 803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, mismatch\nof two");
        assertThat(refused(linux(() -> fail(mismatch), List.of())))
                .isEqualTo("the CUDA driver does not work: cuInit failed with code 803: "
                        + "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, mismatch");
        String page = JCUDA_PAGE.formatted("undefined symbol: cuInit");
        assertThat(refused(linux(() -> fail(new UnsatisfiedLinkError(page)), List.of())))
                .isEqualTo("the CUDA driver does not work: undefined symbol: cuInit");
        assertThat(refused(linux(() -> fail(new NoClassDefFoundError("jcuda.driver.JCudaDriver")), List.of())))
                .isEqualTo("the CUDA driver does not work: java.lang.NoClassDefFoundError: jcuda.driver.JCudaDriver");
        Availability.Library full = new Availability.Library() {
            @Override
            public int version() throws IOException {
                throw new IOException("no space left on device");
            }

            @Override
            public GpuDriver initialize() {
                throw new AssertionError();
            }
        };
        assertThat(refused(Availability.of("Linux", "amd64", full)))
                .isEqualTo("the CUDA driver does not work: java.io.IOException: no space left on device");
    }

    @Test
    void whatThisMachineHasIsFoundOutOnce() {
        assertThat(Availability.detected()).isSameAs(Availability.detected());
        assertThat(Availability.detected().detail()).isNotBlank().doesNotContain("\n");
    }
}
