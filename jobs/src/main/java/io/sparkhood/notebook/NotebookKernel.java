package io.sparkhood.notebook;

import java.util.Arrays;

/**
 * Main class of the notebooks' kernel: runs the kernel that its first argument names, and ends the JVM when a thread dies that reads a channel.
 *
 * <p>rapaio-jupyter-kernel 3.0.1 opens its channels, in an order that differs from start to start, before it has its handlers of
 * messages. A message that comes in between ends the thread that reads it, and the kernel is deaf. Jupyter starts one anew that has
 * ended, but waits long for one that is silent.
 */
final class NotebookKernel {
    /** Exit code of a kernel that would have been deaf. */
    static final int DEAF = 70;

    /** The kernel's class of threads that read channels. */
    private static final String READER = "LoopThread";

    private NotebookKernel() {}

    /** Takes the name of the kernel's main class, and that class's arguments. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Thread.setDefaultUncaughtExceptionHandler(NotebookKernel::died);
        Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(arguments, 1, arguments.length));
    }

    private static void died(Thread thread, Throwable cause) {
        cause.printStackTrace();
        if (thread.getClass().getSimpleName().equals(READER)) {
            System.err.println(
                    "The kernel's thread " + thread.getName() + " died, and nothing reads its channel any more;"
                            + " the kernel ends, so that Jupyter starts another.");
            Runtime.getRuntime().halt(DEAF);
        }
    }
}
