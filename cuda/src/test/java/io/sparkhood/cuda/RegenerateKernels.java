package io.sparkhood.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Compiles the CUDA sources to the PTX texts that ship. Run by the Maven profile {@code kernels}, in the module's directory. */
public final class RegenerateKernels {
    private static final Pattern RELEASE = Pattern.compile("V(\\d+\\.\\d+\\.\\d+)");

    private RegenerateKernels() {}

    /**
     * Regenerates.
     *
     * @param args the module's directory
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path module = Path.of(args.length > 0 ? args[0] : "");
        Path sources = module.resolve(KernelManifest.SOURCES);
        Path resources = module.resolve(KernelManifest.RESOURCES);
        Path nvcc = nvcc(System.getenv());
        Path compiled = Files.createTempFile("kernel", ".ptx");
        for (KernelText kernel : KernelText.all()) {
            run(KernelRecipe.command(nvcc, sources, kernel, compiled));
            Files.writeString(resources.resolve(kernel.module()), KernelRecipe.lower(Files.readString(compiled)));
        }
        Files.delete(compiled);
        KernelManifest.describe(sources, resources, version(nvcc)).write(resources);
    }

    /**
     * The compiler, from CUDA_HOME or PATH.
     *
     * @throws IllegalStateException with what to set if there is none
     */
    static Path nvcc(Map<String, String> environment) {
        Stream<String> home =
                Optional.ofNullable(environment.get("CUDA_HOME")).stream().map(cuda -> cuda + "/bin");
        Stream<String> path = Arrays.stream(environment.getOrDefault("PATH", "").split(":", -1));
        return Stream.concat(home, path)
                .map(directory -> Path.of(directory, "nvcc"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "nvcc is missing: neither CUDA_HOME/bin nor PATH has it; set CUDA_HOME to a CUDA toolkit,"
                                + " or build without -Pkernels, which uses the PTX as committed"));
    }

    private static String version(Path nvcc) throws IOException, InterruptedException {
        Matcher release = RELEASE.matcher(run(List.of(nvcc.toString(), "--version")));
        return release.find() ? release.group(1) : "unknown";
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " failed:\n" + output);
        }
        return output;
    }
}
