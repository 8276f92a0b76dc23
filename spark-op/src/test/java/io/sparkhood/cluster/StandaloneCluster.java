package io.sparkhood.cluster;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A standalone Master and one Worker, each a JVM of its own, on ports of their own of 127.0.0.1. */
final class StandaloneCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Process> processes = new ArrayList<>();
    private final Path home;
    private final String master;

    /**
     * Starts both.
     *
     * @param workerOptions options of the Worker's JVM, such as {@code -Dspark.worker.resource.gpu.amount=1}
     */
    StandaloneCluster(String... workerOptions) throws IOException, InterruptedException {
        home = SparkHome.prepare();
        int port = freePort();
        int workerPort = freePort();
        master = "spark://127.0.0.1:" + port;
        String work = home.resolve("work").toString();
        try {
            start("master.Master", port, List.of("-Dspark.master.rest.enabled=false"));
            start(
                    "worker.Worker",
                    workerPort,
                    List.of(workerOptions),
                    "--cores",
                    "2",
                    "--memory",
                    "2g",
                    "--work-dir",
                    work,
                    master);
        } catch (Throwable failure) {
            close();
            throw failure;
        }
    }

    /** What a session names as its master. */
    String master() {
        return master;
    }

    private void start(String daemon, int port, List<String> options, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        command.addAll(options);
        command.addAll(List.of("-cp", home.resolve("jars") + File.separator + "*", Daemon.class.getName()));
        command.addAll(List.of("org.apache.spark.deploy." + daemon, "--host", "127.0.0.1", "--port", "" + port));
        command.addAll(List.of("--webui-port", "0"));
        Collections.addAll(command, arguments);
        Path log = Files.createDirectories(home.resolve("logs")).resolve(daemon + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        processes.add(process);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!answers(port)) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IOException(daemon + " does not answer; see " + log);
            }
            Thread.sleep(100);
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /** Ends the Worker before the Master, and with the Worker its executors. */
    @Override
    public void close() {
        Collections.reverse(processes);
        for (Process process : processes) {
            List<ProcessHandle> executors = process.descendants().toList();
            process.destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
            executors.forEach(ProcessHandle::destroyForcibly);
        }
        processes.clear();
    }
}
