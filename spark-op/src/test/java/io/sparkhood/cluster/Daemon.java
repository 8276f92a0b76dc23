package io.sparkhood.cluster;

import java.io.IOException;
import java.util.Arrays;

/** Runs a main class in a JVM that ends when the test's JVM does, even if that is killed: its standard input closes then. */
final class Daemon {
    private Daemon() {}

    /** The main class, then its arguments. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Thread watch = new Thread(Daemon::haltWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(arguments, 1, arguments.length));
    }

    private static void haltWithParent() {
        try {
            while (System.in.read() >= 0) {
                // nobody writes here
            }
        } catch (IOException e) {
            // as good as the end
        }
        Runtime.getRuntime().halt(1);
    }
}
