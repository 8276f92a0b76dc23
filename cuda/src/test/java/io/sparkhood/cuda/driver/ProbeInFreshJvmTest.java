package io.sparkhood.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.cuda.CudaBackendProvider;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several JVMs that start at once on one directory for temporary files. */
class ProbeInFreshJvmTest {
    private static final int JVMS = 4;

    /** Probes twice and prints both. */
    static final class Twice {
        private Twice() {}

        public static void main(String[] arguments) {
            System.out.println(new CudaBackendProvider().probe());
            System.out.println(new CudaBackendProvider().probe());
        }
    }

    @Test
    void jvmsAtOnceSayTheSameTwiceAndLeaveNothing(@TempDir Path temporary) throws Exception {
        List<Process> jvms = new ArrayList<>();
        for (int i = 0; i < JVMS; i++) {
            jvms.add(start(temporary));
        }
        Set<String> said = new HashSet<>();
        for (Process jvm : jvms) {
            String output = new String(jvm.getInputStream().readAllBytes());
            assertThat(jvm.waitFor()).as(output).isZero();
            List<String> lines = output.lines().toList();
            assertThat(lines).as("two probes and no noise").hasSize(2);
            said.addAll(lines);
        }
        assertThat(said).hasSize(1);
        assertThat(said.iterator().next()).matches("(not )?usable: .+");
        assertThat(temporary
                        .toFile()
                        .list((directory, name) -> name.contains("JCuda") || name.startsWith("sparkhood-")))
                .isEmpty();
    }

    private static Process start(Path temporary) throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Twice.class.getName())
                .redirectErrorStream(true)
                .start();
    }
}
