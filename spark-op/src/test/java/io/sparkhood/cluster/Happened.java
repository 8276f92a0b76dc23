package io.sparkhood.cluster;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What happened in any JVM of this machine, as empty files of one folder: a fault that shall strike once asks here. */
record Happened(String folder) implements Serializable {
    static Happened in(Path folder) {
        return new Happened(folder.toString());
    }

    /** Notes an event and returns whether it is the first of its name, whichever JVM asks. */
    boolean first(String event) {
        try {
            Files.createFile(Path.of(folder, event));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The events so far. */
    Set<String> events() {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
