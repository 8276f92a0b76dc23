package io.sparkhood.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * JCuda's natives called through {@link CudaDriver}, with a driver library in C in the place of NVIDIA's: whether arguments,
 * handles and addresses arrive. Needs a C compiler.
 */
class CudaDriverTest {
    @TempDir
    private static Path directory = Path.of("");

    @BeforeAll
    static void compileTheLibrary() throws Exception {
        assumeTrue(hasCompiler(), "there is no C compiler cc");
        assertThat(run(Map.of(), "cc", "-shared", "-fPIC", "-o", directory + "/libcuda.so.1", "src/test/c/host_cuda.c"))
                .isEmpty();
    }

    private static boolean hasCompiler() {
        for (String place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(place, "cc"))) {
                return true;
            }
        }
        return false;
    }

    private static List<String> run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }

    /** What the check prints in a JVM with the library and further settings. */
    private static List<String> check(String... settings) throws Exception {
        Map<String, String> environment = new java.util.HashMap<>(Map.of("LD_LIBRARY_PATH", directory.toString()));
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        return run(
                environment,
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                CudaDriverCheck.class.getName());
    }

    @Test
    void everyCallArrives() throws Exception {
        assertThat(check())
                .containsExactly(
                        "Host Device of compute capability 9.0, driver of CUDA 12.4",
                        "GPU-f0f1f2f3-f4f5-f6f7-f8f9-fafbfcfdfeff 0000:3B:00.0",
                        "DeviceLimits[computeCapability=90, multiprocessors=132, sharedBytesPerBlock=232448,"
                                + " sharedBytesPerMultiprocessor=233472, registersPerMultiprocessor=65536,"
                                + " clockHertz=1980000000, memoryBytesPerSecond=4800000000000]",
                        "Memory[freeBytes=21474836480, totalBytes=25769803776]",
                        "LITTLE_ENDIAN 40 49",
                        "cuModuleLoadDataEx failed with code 218: CUDA_ERROR_INVALID_PTX, a PTX JIT compilation failed;"
                                + " ptxas fatal : nothing but a test",
                        "there is no module 0x1",
                        "live: 0");
    }

    @Test
    void failuresNameTheCall() throws Exception {
        assertThat(check("HOST_CUDA_FULL", "1"))
                .contains("cuMemAlloc failed with code 2: CUDA_ERROR_OUT_OF_MEMORY, out of memory");
        assertThat(check("HOST_CUDA_INIT", "803"))
                .contains(
                        "the CUDA driver does not work: cuInit failed with code 803: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, "
                                + "system has unsupported display driver / cuda driver combination");
        assertThat(check("HOST_CUDA_INIT", "999"))
                .contains("the CUDA driver does not work: cuInit failed with code 999: unknown to this driver");
        assertThat(check("HOST_CUDA_INIT", "100"))
                .contains("the driver shows no CUDA device to this process; see nvidia-smi and CUDA_VISIBLE_DEVICES");
    }

    @Test
    void whatIsTooOldIsNotUsed() throws Exception {
        assertThat(check("HOST_CUDA_VERSION", "11080"))
                .contains("the driver knows CUDA 11.8, but 12.0 is needed; install driver 525 or later");
        assertThat(check("HOST_CUDA_CAPABILITY", "75"))
                .contains("Host Device of compute capability 7.5, but compute capability 8.0 is needed");
    }
}
