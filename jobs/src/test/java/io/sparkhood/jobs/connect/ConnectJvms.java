package io.sparkhood.jobs.connect;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The commands that start a Connect server and its client, each from jars. */
final class ConnectJvms {
    /** Where the build lays the jars that only Connect needs. */
    static final Path DIRECTORY = Path.of("target", "connect");

    private ConnectJvms() {}

    /** A server on this port of the loopback interface, with the built jar and the catalog's setting. */
    static ProcessBuilder server(int port) throws IOException {
        List<Path> connect = jars(DIRECTORY.resolve("server"));
        Set<String> replaced = connect.stream().map(ConnectJvms::artifact).collect(Collectors.toSet());
        List<Path> path = new ArrayList<>(connect);
        spark().filter(jar -> !replaced.contains(artifact(jar))).forEach(path::add);
        path.add(jobsJar());
        List<String> command = java(path, "1g");
        command.add("-Dspark.sql.catalog.sparkhood=io.sparkhood.sql.SparkhoodCatalog");
        command.add("-Dspark.connect.grpc.binding.address=127.0.0.1");
        command.add("-Dspark.connect.grpc.binding.port=" + port);
        command.add("-Dspark.master=local[2]");
        command.add("-Dspark.app.name=connect");
        command.add("-Dspark.ui.enabled=false");
        command.add("-Dspark.driver.host=localhost");
        command.add("-Dspark.driver.bindAddress=127.0.0.1");
        command.add(
                "-Dspark.sql.warehouse.dir=" + DIRECTORY.resolve("warehouse").toAbsolutePath());
        command.add("org.apache.spark.sql.connect.service.SparkConnectServer");
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(DIRECTORY.resolve("server.txt").toFile());
    }

    /** A client that runs queries; {@code classes} is an empty directory for its one class. */
    static ProcessBuilder client(Path classes, int port, String... queries) throws IOException {
        String file = ConnectClient.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(classes.resolve(file).getParent());
        Files.copy(Path.of("target", "test-classes", file), classes.resolve(file));
        List<Path> path = new ArrayList<>(List.of(classes));
        path.addAll(jars(DIRECTORY.resolve("client"))); // before all else: it holds classes of spark-sql-api
        spark().filter(ConnectJvms::isForClients).forEach(path::add);
        List<String> command = java(path, "512m");
        command.add(ConnectClient.class.getName());
        command.add("sc://127.0.0.1:" + port);
        command.addAll(List.of(queries));
        return new ProcessBuilder(command)
                .redirectError(DIRECTORY.resolve("client-errors.txt").toFile());
    }

    /** A client has no engine: of Spark's own jars only what its values and messages need. */
    private static boolean isForClients(Path jar) {
        String artifact = artifact(jar);
        return !artifact.startsWith("spark-")
                || Set.of(
                                "spark-common-utils",
                                "spark-common-utils-java",
                                "spark-unsafe",
                                "spark-variant",
                                "spark-tags")
                        .contains(artifact.replace("_2.13", ""));
    }

    private static List<String> java(List<Path> classPath, String heap) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-"))
                .forEach(command::add);
        command.add("-Xmx" + heap);
        command.add("-cp");
        command.add(classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        return command;
    }

    /** The jars of Spark that the build found. */
    private static Stream<Path> spark() throws IOException {
        String path = Files.readString(Path.of("target", "spark-class-path"));
        return Arrays.stream(path.strip().split(File.pathSeparator)).map(Path::of);
    }

    private static Path jobsJar() throws IOException {
        return jars(Path.of("target")).stream()
                .filter(jar -> jar.getFileName().toString().matches("sparkhood-jobs-[^-]+(-SNAPSHOT)?\\.jar"))
                .findFirst()
                .orElseThrow();
    }

    private static List<Path> jars(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    /** A jar's name without its version. */
    private static String artifact(Path jar) {
        return jar.getFileName().toString().replaceAll("-\\d[^/]*$", "");
    }
}
