package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelManifestTest {
    private static final String CURE =
            "; run mvn -Pkernels -pl cuda -am process-test-classes with a CUDA toolkit and commit what it changes";

    @Test
    void theCommittedPtxFollowsFromTheSources() throws IOException {
        KernelManifest manifest = KernelManifest.read(KernelManifest.RESOURCES);
        assertThat(manifest.complaints(KernelManifest.SOURCES, KernelManifest.RESOURCES))
                .isEmpty();
        assertThat(manifest.entries()).hasSize(KernelText.all().size() + 2).containsKey("nvcc");
    }

    @Test
    void anEditedSourceIsNoticed(@TempDir Path sources) throws IOException {
        copy(KernelManifest.SOURCES, sources);
        Path edited = sources.resolve("parameter.cuh");
        Files.writeString(edited, Files.readString(edited) + "// one line more\n");
        assertThat(KernelManifest.read(KernelManifest.RESOURCES).complaints(sources, KernelManifest.RESOURCES))
                .containsExactly("the kernels' sources or their recipe changed since the PTX was made" + CURE);
    }

    @Test
    void anEditedOrMissingTextIsNoticed(@TempDir Path resources) throws IOException {
        copy(KernelManifest.RESOURCES, resources);
        Files.writeString(resources.resolve("neighborhood_attention_float16_dim64.ptx"), "edited");
        Files.delete(resources.resolve("neighborhood_attention_float32_dim32.ptx"));
        List<String> complaints =
                KernelManifest.read(KernelManifest.RESOURCES).complaints(KernelManifest.SOURCES, resources);
        assertThat(complaints)
                .containsExactlyInAnyOrder(
                        "neighborhood_attention_float32_dim32.ptx is missing" + CURE,
                        "neighborhood_attention_float16_dim64.ptx is not what the recipe made of the sources" + CURE);
    }

    @Test
    void aMissingCompilerIsNamed() {
        assertThatThrownBy(() -> RegenerateKernels.nvcc(Map.of("PATH", "/nowhere")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("nvcc is missing: neither CUDA_HOME/bin nor PATH has it; set CUDA_HOME to a CUDA toolkit,"
                        + " or build without -Pkernels, which uses the PTX as committed");
    }

    @Test
    void loweringKeepsInstructionsAndDropsTheRest() {
        assertThat(KernelRecipe.lower("""
                        // Generated
                        .version 9.0
                        .target sm_80

                            .pragma "used_bytes_mask 0xff";
                            ld.param.u32 %r1, [p];   // why
                            .loc 1 2 3
                        """)).isEqualTo(".version 7.4\n.target sm_80\n\tld.param.u32 %r1, [p];\n");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
