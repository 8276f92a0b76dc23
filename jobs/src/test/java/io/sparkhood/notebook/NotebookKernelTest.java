package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** JVMs with a kernel of the test's own, some of whose threads are missing or die. */
class NotebookKernelTest {
    /** Named like the kernel's own class of threads that read channels. */
    static final class LoopThread extends Thread {
        LoopThread(Runnable body) {
            super(body, "Shell-0");
        }
    }

    /** Prints its arguments, starts the threads that the second of them asks for, and waits for them. */
    public static final class Kernel {
        public static void main(String[] arguments) throws InterruptedException {
            System.out.println(String.join(" ", arguments));
            switch (arguments[1]) {
                case "reader dies" -> {
                    started(new LoopThread(Kernel::die));
                    forever();
                }
                case "two readers" -> {
                    started(new LoopThread(Kernel::forever));
                    started(new LoopThread(Kernel::forever)).join();
                }
                default -> started(new Thread(Kernel::die)).join();
            }
        }

        private static Thread started(Thread thread) {
            thread.start();
            return thread;
        }

        private static void die() {
            throw new IllegalStateException("no handlers");
        }

        private static void forever() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private record Outcome(int exitCode, String output) {}

    private static Outcome run(String threads) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        NotebookKernel.class.getName(),
                        Kernel.class.getName(),
                        "connection.json",
                        threads)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    @Test
    void endsWhenAThreadDiesThatReadsAChannel() throws Exception {
        Outcome outcome = run("reader dies");
        assertThat(outcome.exitCode()).isEqualTo(NotebookKernel.DEAF);
        assertThat(outcome.output())
                .startsWith("connection.json reader dies\n")
                .contains("java.lang.IllegalStateException: no handlers")
                .endsWith(
                        "The kernel's thread Shell-0 died, and nothing reads its channel any more; the kernel ends, so"
                                + " that Jupyter starts another.\n");
    }

    @Test
    void endsWhenAReaderDidNotStart() throws Exception {
        Outcome outcome = run("two readers");
        assertThat(outcome.exitCode()).isEqualTo(NotebookKernel.DEAF);
        assertThat(outcome.output())
                .isEqualTo(
                        "connection.json two readers\nOf the kernel's 3 threads that read channels only 2 started; the"
                                + " kernel ends, so that Jupyter starts another.\n");
    }

    @Test
    void staysWhenAnotherThreadDies() throws Exception {
        Outcome outcome = run("another dies");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.output())
                .startsWith("connection.json another dies\n")
                .contains("java.lang.IllegalStateException: no handlers")
                .doesNotContain("the kernel ends");
    }
}
