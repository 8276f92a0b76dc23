package io.sparkhood.notebook;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;

/**
 * Main class of the notebooks' kernel: runs the kernel that its first argument names, and ends the JVM when nobody reads one of its
 * channels. Jupyter starts a kernel anew that has ended, but waits long for one that is deaf.
 *
 * <p>rapaio-jupyter-kernel 3.0.1 starts deaf in about one case of four, in two ways. It opens its channels, in an order that differs from
 * start to start, before it has its handlers: a message that comes in between ends the thread that reads it. And it marks a thread as
 * running only after it started it: one that looks at the mark at once ends without a word.
 */
final class NotebookKernel {
    /** Exit code of a kernel that would have been deaf. */
    static final int DEAF = 70;

    /** The kernel's class of threads that read channels, and how many there are: for heartbeat, shell and control. */
    private static final String READER = "LoopThread";

    private static final int READERS = 3;

    /** From the first reader to the last: milliseconds, unless the machine is very busy. */
    private static final Duration LONGEST_START = Duration.ofSeconds(3);

    private static final long LOOK_MILLISECONDS = 100;

    /** The JVM's own: the kernel takes System.err for the cell that it executes. */
    private static final PrintStream ERRORS = System.err;

    private NotebookKernel() {}

    /** Takes the name of the kernel's main class, and that class's arguments. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Thread.setDefaultUncaughtExceptionHandler(NotebookKernel::died);
        Thread watch = new Thread(NotebookKernel::watchStart, "kernel-start-watch");
        watch.setDaemon(true);
        watch.start();
        Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(arguments, 1, arguments.length));
    }

    private static void died(Thread thread, Throwable cause) {
        cause.printStackTrace(ERRORS);
        if (isReader(thread)) {
            end("The kernel's thread " + thread.getName() + " died, and nothing reads its channel any more");
        }
    }

    private static boolean isReader(Thread thread) {
        return thread.getClass().getSimpleName().equals(READER);
    }

    private static void watchStart() {
        long first = 0;
        for (long readers = 0; readers < READERS; readers = readers()) {
            long now = System.nanoTime();
            first = readers == 0 ? now : first;
            if (now - first > LONGEST_START.toNanos()) {
                end("Of the kernel's " + READERS + " threads that read channels only " + readers + " started");
            }
            try {
                Thread.sleep(LOOK_MILLISECONDS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static long readers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(NotebookKernel::isReader)
                .count();
    }

    private static void end(String reason) {
        ERRORS.println(reason + "; the kernel ends, so that Jupyter starts another.");
        Runtime.getRuntime().halt(DEAF);
    }
}
