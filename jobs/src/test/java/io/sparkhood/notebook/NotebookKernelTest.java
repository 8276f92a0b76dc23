package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** JVMs with a kernel of the test's own, one of whose threads dies. */
class NotebookKernelTest {
    /** Named like the kernel's own class of threads that read channels. */
    static final class LoopThread extends Thread {
        LoopThread() {
            super(
                    () -> {
                        throw new IllegalStateException("no handlers");
                    },
                    "Shell-0");
        }
    }

    /** Prints its arguments and starts the thread that the second of them asks for; a reader's death must end the wait. */
    public static final class Kernel {
        public static void main(String[] arguments) throws InterruptedException {
            System.out.println(String.join(" ", arguments));
            boolean reader = arguments[1].equals("reader");
            Thread dying = reader
                    ? new LoopThread()
                    : new Thread(() -> {
                        throw new IllegalStateException("a cell's own thread");
                    });
            dying.start();
            dying.join();
            if (reader) {
                new CountDownLatch(1).await();
            }
        }
    }

    private record Outcome(int exitCode, String output) {}

    private static Outcome run(String thread) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        NotebookKernel.class.getName(),
                        Kernel.class.getName(),
                        "connection.json",
                        thread)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    @Test
    void endsWhenAThreadDiesThatReadsAChannel() throws Exception {
        Outcome outcome = run("reader");
        assertThat(outcome.exitCode()).isEqualTo(NotebookKernel.DEAF);
        assertThat(outcome.output())
                .startsWith("connection.json reader\n")
                .contains("java.lang.IllegalStateException: no handlers")
                .endsWith(
                        "The kernel's thread Shell-0 died, and nothing reads its channel any more; the kernel ends, so"
                                + " that Jupyter starts another.\n");
    }

    @Test
    void staysWhenAnotherThreadDies() throws Exception {
        Outcome outcome = run("other");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.output())
                .startsWith("connection.json other\n")
                .contains("java.lang.IllegalStateException: a cell's own thread")
                .doesNotContain("the kernel ends");
    }
}
