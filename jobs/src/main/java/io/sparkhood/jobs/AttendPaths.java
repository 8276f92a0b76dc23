package io.sparkhood.jobs;

import io.sparkhood.jobs.place.RealPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where attend reads and writes, checked before it does: the path that is written may be replaced with all it holds, while
 * Spark reads the input late.
 */
record AttendPaths(String input, String output, boolean overwrite) {
    /**
     * Refuses what would fail late or lose a table.
     *
     * @throws IOException if a file system does not answer
     * @throws IllegalArgumentException naming the option
     */
    void check(Configuration configuration) throws IOException {
        List<Path> tables = tables(configuration);
        Path target = new Path(output);
        FileSystem system = target.getFileSystem(configuration);
        for (Path table : tables) {
            requireApart(one(table, configuration), one(target, configuration));
        }
        if (!overwrite && holdsFiles(system, target)) {
            throw new IllegalArgumentException(
                    "--output " + target + " exists; choose another path, or replace it with --overwrite");
        }
    }

    /** The input, which may be a pattern. */
    private List<Path> tables(Configuration configuration) throws IOException {
        Path pattern = new Path(input);
        FileStatus @Nullable [] found = pattern.getFileSystem(configuration).globStatus(pattern);
        List<Path> tables = new ArrayList<>();
        if (found != null) {
            for (FileStatus table : found) {
                tables.add(table.getPath());
            }
        }
        if (tables.isEmpty()) {
            throw new IllegalArgumentException("--input " + input + ": there is no such table");
        }
        return tables;
    }

    /** One spelling of a path: with its file system, and where that is the local one without links. */
    private static Path one(Path path, Configuration configuration) throws IOException {
        Path qualified = path.getFileSystem(configuration).makeQualified(path);
        return qualified.toUri().getScheme().equals("file")
                ? new Path(
                        "file",
                        null,
                        RealPath.of(java.nio.file.Path.of(qualified.toUri().getPath()))
                                .toString())
                : qualified;
    }

    private void requireApart(Path table, Path target) {
        if (contains(table, target) || contains(target, table)) {
            throw new IllegalArgumentException(
                    "--output must neither be nor hold nor lie in --input, for a table cannot"
                            + " be read while it is replaced, but --input is " + input + " and --output is " + output);
        }
    }

    private static boolean contains(Path outer, Path inner) {
        for (@Nullable Path path = inner; path != null; path = path.getParent()) {
            if (path.equals(outer)) {
                return true;
            }
        }
        return false;
    }

    /** An empty directory is what a run that failed leaves behind. */
    private static boolean holdsFiles(FileSystem system, Path path) throws IOException {
        return system.exists(path) && system.listFiles(path, true).hasNext();
    }
}
