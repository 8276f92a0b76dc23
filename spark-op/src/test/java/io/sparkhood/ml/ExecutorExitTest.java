package io.sparkhood.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In JVMs of their own, which end. */
@Timeout(60)
class ExecutorExitTest {
    /** Begins to exit while the main thread goes on, with or without a shutdown hook that hangs. */
    static final class Ending {
        public static void main(String[] arguments) {
            boolean hangs = arguments[0].equals("hangs");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                System.out.println("hook");
                if (hangs) {
                    sleep();
                }
            }));
            ExecutorExit.begin(hangs ? 500 : 40_000);
            ExecutorExit.begin(hangs ? 500 : 40_000);
            sleep();
        }

        private static void sleep() {
            try {
                Thread.sleep(600_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ends", "hangs"})
    void theJvmEndsEvenIfAHookHangs(String hook) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Ending.class.getName(),
                        hook)
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(new String(process.getInputStream().readAllBytes()).strip())
                    .as("hooks run")
                    .isEqualTo("hook");
            assertThat(process.waitFor()).isEqualTo(20);
        } finally {
            process.destroyForcibly();
        }
    }
}
