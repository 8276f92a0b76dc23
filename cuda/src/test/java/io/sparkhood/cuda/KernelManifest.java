package io.sparkhood.cuda;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code kernels.properties}, which lies beside the PTX texts: SHA-256 of the sources with the recipe, of every text, and the
 * version of nvcc.
 *
 * @param entries by key; the keys are {@code sources}, {@code nvcc} and the names of the texts
 */
record KernelManifest(Map<String, String> entries) {
    static final String NAME = "kernels.properties";

    /** The CUDA sources of this module, seen from its directory. */
    static final Path SOURCES = Path.of("src/main/cuda");

    /** Where the PTX texts and the manifest lie. */
    static final Path RESOURCES = Path.of("src/main/resources/io/sparkhood/cuda");

    private static final String CURE =
            "; run mvn -Pkernels -pl cuda -am process-test-classes with a CUDA toolkit and commit what it changes";

    /** Of what is there now. */
    static KernelManifest describe(Path sources, Path resources, String nvccVersion) throws IOException {
        Map<String, String> entries = new TreeMap<>();
        entries.put("sources", hashOfSources(sources));
        entries.put("nvcc", nvccVersion);
        for (KernelText kernel : KernelText.all()) {
            entries.put(kernel.module(), hash(Files.readAllBytes(resources.resolve(kernel.module()))));
        }
        return new KernelManifest(entries);
    }

    static KernelManifest read(Path resources) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(resources.resolve(NAME))) {
            properties.load(reader);
        }
        Map<String, String> entries = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> entries.put(key, properties.getProperty(key, "")));
        return new KernelManifest(entries);
    }

    void write(Path resources) throws IOException {
        String text = entries.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("\n", "", "\n"));
        Files.writeString(resources.resolve(NAME), text);
    }

    /** What of the committed texts does not follow from the sources, one sentence each. */
    List<String> complaints(Path sources, Path resources) throws IOException {
        List<String> complaints = new ArrayList<>();
        if (!hashOfSources(sources).equals(entries.get("sources"))) {
            complaints.add("the kernels' sources or their recipe changed since the PTX was made" + CURE);
        }
        for (KernelText kernel : KernelText.all()) {
            Path text = resources.resolve(kernel.module());
            if (!Files.exists(text)) {
                complaints.add(kernel.module() + " is missing" + CURE);
            } else if (!hash(Files.readAllBytes(text)).equals(entries.get(kernel.module()))) {
                complaints.add(kernel.module() + " is not what the recipe made of the sources" + CURE);
            }
        }
        return complaints;
    }

    private static String hashOfSources(Path sources) throws IOException {
        StringBuilder all = new StringBuilder(KernelRecipe.text());
        try (Stream<Path> files = Files.list(sources)) {
            for (Path file : files.filter(KernelManifest::isSource).sorted().toList()) {
                all.append('\n').append(file.getFileName()).append('\n');
                all.append(Files.readString(file).replace("\r\n", "\n"));
            }
        }
        return hash(all.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isSource(Path file) {
        return file.toString().endsWith(".cu") || file.toString().endsWith(".cuh");
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
