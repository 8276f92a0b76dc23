package io.sparkhood.cluster;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A folder that Spark takes for an installation: {@code jars} holds one jar without classes whose manifest names the class path
 * of this JVM, so that every executor, Master and Worker runs what the test runs. Executors write to {@code work}.
 */
final class SparkHome {
    private SparkHome() {}

    /**
     * Makes the folder that the environment names.
     *
     * @throws IllegalStateException if the environment is not the one that Spark's launcher needs
     */
    static Path prepare() {
        @Nullable String home = System.getenv("SPARK_HOME");
        if (home == null || System.getenv("SPARK_SCALA_VERSION") == null) {
            throw new IllegalStateException(
                    "a cluster needs SPARK_HOME (any folder that can be written) and SPARK_SCALA_VERSION=2.13 in the"
                            + " environment of this JVM; failsafe sets both: mvn -pl spark-op test-compile"
                            + " failsafe:integration-test failsafe:verify -Dit.test=FaultsIT");
        }
        try {
            Path jars = Files.createDirectories(Path.of(home, "jars"));
            try (OutputStream file = Files.newOutputStream(jars.resolve("class-path.jar"));
                    JarOutputStream jar = new JarOutputStream(file, manifest())) {
                jar.finish();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Path.of(home);
    }

    private static Manifest manifest() {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        String urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toUri().toString()) // a folder's ends with a slash
                .collect(Collectors.joining(" "));
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, urls);
        return manifest;
    }
}
