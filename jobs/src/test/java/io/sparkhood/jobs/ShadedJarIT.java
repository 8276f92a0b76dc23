package io.sparkhood.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.BackendProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built jar: all of Sparkhood and picocli, nothing of Spark, and a services file that lists every backend. */
class ShadedJarIT {
    @Test
    void holdsNoSparkAndNoScala() throws IOException {
        try (JarFile jar = new JarFile(jar().toFile())) {
            List<String> names = jar.stream().map(ZipEntry::getName).toList();
            assertThat(names).contains("io/sparkhood/jobs/Main.class", "picocli/CommandLine.class");
            assertThat(names)
                    .noneMatch(name -> name.startsWith("org/apache/spark/")
                            || name.startsWith("scala/")
                            || name.startsWith("org/apache/hadoop/")
                            || name.startsWith("org/slf4j/"));
        }
    }

    /** And not of an earlier one, shaded once more. */
    @Test
    void holdsTheClassesOfThisBuild() throws IOException {
        try (JarFile jar = new JarFile(jar().toFile())) {
            for (String module : List.of(".", "../spark-op", "../cuda")) {
                Path classes = Path.of(module, "target", "classes");
                for (Path built : classFiles(classes)) {
                    String name = classes.relativize(built).toString();
                    try (InputStream shaded = jar.getInputStream(jar.getEntry(name))) {
                        assertThat(shaded.readAllBytes()).as(name).isEqualTo(Files.readAllBytes(built));
                    }
                }
            }
        }
    }

    private static List<Path> classFiles(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(".class")).toList();
            assertThat(found).as("classes of %s", classes).hasSizeGreaterThan(20);
            return found;
        }
    }

    @Test
    void listsEveryBackend() throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {jar().toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            List<String> names = new ArrayList<>();
            Class<?> provider = loader.loadClass(BackendProvider.class.getName());
            for (Object found : ServiceLoader.load(provider, loader)) {
                names.add((String) provider.getMethod("name").invoke(found));
            }
            assertThat(names).containsExactlyInAnyOrder("cuda", "cpu", "reference");
        }
    }

    @Test
    void helpAndTheLocalDoctorNeedNoSpark() throws Exception {
        assertThat(java("--help")).contains("attend", "denoise", "doctor", "profile");
        assertThat(java("denoise", "--help")).contains("--noise-sigma");
        assertThat(java("doctor", "--local")).contains("this JVM: Java ", "cuda: ", "reference: usable", "auto: ");
    }

    @Test
    void theProfileNeedsNoSpark() throws Exception {
        assertThat(java("profile", "--feature-map=9,9", "--kernel-size=3", "--repeat=1"))
                .contains("cpu: usable: ", "1 x 9x9 h1 d32 3x3; ", "\n  cpu  ", "\n  reference  ");
    }

    @Test
    void aJobThatNeedsSparkSaysSoWithout() throws Exception {
        Process process = start("doctor");
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(output).doesNotContain("\tat ");
        assertThat(output.lines().reduce((first, second) -> second).orElseThrow())
                .startsWith("a part of the job cannot be loaded: NoClassDefFoundError: org/apache/spark/")
                .endsWith("; start it with jobs/submit, which brings Spark and all else");
    }

    @Test
    void drawsWithoutSpark(@TempDir Path directory) throws Exception {
        Path plot = directory.resolve("a.png");
        java("profile", "--feature-map=9", "--kernel-size=5", "--repeat=1", "--backend=cpu", "--plot=" + plot);
        assertThat(plot).isNotEmptyFile();
    }

    private static String java(String... args) throws Exception {
        Process process = start(args);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar().toString()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Path jar() {
        try (Stream<Path> built = Files.list(Path.of("target"))) {
            return built.filter(file -> file.getFileName().toString().matches("sparkhood-jobs-[^-]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
