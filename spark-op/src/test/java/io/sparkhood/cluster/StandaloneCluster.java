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

/** A standalone Master and its Workers, each a JVM of its own, on ports that were free. */
final class StandaloneCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Process> processes = new ArrayList<>();
    private final Path home;
    private final String master;

    /**
     * Starts a Master and one Worker.
     *
     * @param workerOptions options of the Worker's JVM, such as {@code -Dspark.worker.resource.gpu.amount=1}
     */
    StandaloneCluster(String... workerOptions) throws IOException, InterruptedException {
        this(1, workerOptions);
    }

    /** Starts a Master and so many Workers, which Spark takes for different hosts: 127.0.0.1, 127.0.0.2 and so on. */
    StandaloneCluster(int workers, String... workerOptions) throws IOException, InterruptedException {
        home = SparkHome.prepare();
        Address address = Address.free("127.0.0.1");
        master = "spark://" + address.host() + ":" + address.port();
        try {
            start("master.Master", address, List.of("-Dspark.master.rest.enabled=false"));
            String work = home.resolve("work").toString();
            for (int worker = 1; worker <= workers; worker++) {
                start(
                        "worker.Worker",
                        Address.free("127.0.0." + worker),
                        List.of(workerOptions),
                        "--cores",
                        "2",
                        "--memory",
                        "2g",
                        "--work-dir",
                        work,
                        master);
            }
        } catch (Throwable failure) {
            close();
            throw failure;
        }
    }

    /** What a session names as its master. */
    String master() {
        return master;
    }

    private void start(String daemon, Address address, List<String> options, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        command.addAll(options);
        command.addAll(List.of("-cp", home.resolve("jars") + File.separator + "*", Daemon.class.getName()));
        command.addAll(List.of("org.apache.spark.deploy." + daemon, "--host", address.host()));
        command.addAll(List.of("--port", "" + address.port(), "--webui-port", "0"));
        Collections.addAll(command, arguments);
        Path log = Files.createDirectories(home.resolve("logs")).resolve(daemon + "-" + address.host() + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        processes.add(process);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!address.answers()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IOException(daemon + " does not answer; see " + log);
            }
            Thread.sleep(100);
        }
    }

    private record Address(String host, int port) {
        static Address free(String host) throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
                return new Address(host, socket.getLocalPort());
            }
        }

        boolean answers() {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(host, port), 1000);
                return true;
            } catch (IOException e) {
                return false;
            }
        }
    }

    /** Ends the Workers before the Master, and with each Worker its executors. */
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
