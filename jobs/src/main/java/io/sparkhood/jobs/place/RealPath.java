package io.sparkhood.jobs.place;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One spelling for one place of the local file system: absolute, without links, also of what does not exist yet. */
public final class RealPath {
    private RealPath() {}

    /**
     * The real path of the longest ancestor that exists, and the rest as it is spelled.
     *
     * @throws UncheckedIOException if a link cannot be followed
     */
    public static Path of(Path path) {
        Path absolute = path.toAbsolutePath();
        Path existing = absolute;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        if (!Files.exists(existing)) {
            return absolute.normalize();
        }
        Path whole = followed(existing).resolve(existing.relativize(absolute)).normalize();
        return whole.equals(absolute) ? whole : of(whole); // what lies behind a ".." may be a link again
    }

    private static Path followed(Path existing) {
        try {
            return existing.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
