package io.sparkhood.jobs.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the job was asked for.
 *
 * @param rows of the DataFrame
 * @param kernelSize on both axes
 * @param runs timed, of each of the three
 * @param warmup runs before, of each of the three
 * @param tasks that run at once, partitions of the rows, and lanes of the bare plan; empty: as many as Spark has cores
 * @param scratch directory to make for parquet tables, deleted at the end; needed for {@link MapSource#PARQUET}
 * @param csv table to add lines to
 */
public record StageSettings(
        int rows,
        int kernelSize,
        List<MapForm> forms,
        List<MapSource> sources,
        int runs,
        int warmup,
        OptionalInt tasks,
        Optional<Path> scratch,
        Optional<Path> csv) {
    /**
     * Checks.
     *
     * @throws IllegalArgumentException with the option and its value
     */
    public StageSettings {
        forms = List.copyOf(forms);
        sources = List.copyOf(sources);
        requireAtLeast("--rows", 1, rows);
        requireAtLeast("--kernel-size", 1, kernelSize);
        requireAtLeast("--runs", 1, runs);
        requireAtLeast("--warmup", 0, warmup);
        tasks.ifPresent(count -> requireAtLeast("--tasks", 1, count));
        if (kernelSize > StageProblem.SHAPE[0]) {
            throw new IllegalArgumentException(
                    "--kernel-size must be at most " + StageProblem.SHAPE[0] + ", but is " + kernelSize);
        }
        if (sources.contains(MapSource.PARQUET) && scratch.isEmpty()) {
            throw new IllegalArgumentException(
                    "--sources parquet writes a table first: say where with --scratch, or leave parquet out");
        }
        scratch.ifPresent(StageSettings::requireAbsent);
        csv.ifPresent(StageSettings::requireDirectory);
    }

    private static void requireAtLeast(String option, int least, int value) {
        if (value < least) {
            throw new IllegalArgumentException(option + " must be at least " + least + ", but is " + value);
        }
    }

    /** What lies there would be mixed with the tables, and deleted with them. */
    private static void requireAbsent(Path scratch) {
        if (Files.exists(scratch)) {
            throw new IllegalArgumentException("--scratch " + scratch
                    + " exists; choose a directory that does not: it is made, and deleted at the end");
        }
    }

    private static void requireDirectory(Path csv) {
        Path directory = csv.toAbsolutePath().resolveSibling("");
        if (!Files.isWritable(directory)) {
            throw new IllegalArgumentException("--csv cannot be written to " + directory
                    + ": there is no such directory, or no right to write there");
        }
    }
}
