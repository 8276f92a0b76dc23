package io.sparkhood.jobs.profile;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.Implementation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What the job was asked for.
 *
 * @param backend a name, or {@link #ALL}
 * @param implementation how backends compute
 * @param threads of a lane
 * @param scratchBytes memory of each thread beside the tensors; empty: the backend's own default
 * @param deviceMemoryBytes memory of a GPU; empty: the backend's own default
 * @param repeat regions that are timed
 * @param warmup runs before, at least
 * @param csv table to write
 * @param plot picture to draw
 */
public record ProfileSettings(
        List<Problem> problems,
        String backend,
        Implementation implementation,
        int threads,
        OptionalLong scratchBytes,
        OptionalLong deviceMemoryBytes,
        int repeat,
        int warmup,
        Optional<Path> csv,
        Optional<Path> plot) {
    /** Every backend, best first. */
    public static final String ALL = "all";

    private static final double WARM_UP_SECONDS = 3;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException with the option and its value
     */
    public ProfileSettings {
        problems = List.copyOf(problems);
        problems.forEach(problem -> requireAtLeast("--batch", 1, problem.batch()));
        requireAtLeast("--threads", 1, threads);
        scratchBytes.ifPresent(bytes -> requireAtLeast("--scratch-bytes", 1, bytes));
        deviceMemoryBytes.ifPresent(bytes -> requireAtLeast("--device-memory-bytes", 1, bytes));
        requireAtLeast("--repeat", 1, repeat);
        requireAtLeast("--warmup", 0, warmup);
        List<String> known =
                Backends.providers().stream().map(BackendProvider::name).toList();
        if (!backend.equals(ALL) && !known.contains(backend)) {
            throw new IllegalArgumentException("--backend must be one of all, "
                    + known.stream().sorted().collect(Collectors.joining(", ")) + ", but is '" + backend + "'");
        }
        csv.ifPresent(file -> requireDirectory("--csv", file));
        plot.ifPresent(file -> requireDirectory("--plot", file));
        if (plot.isPresent() && problems.size() > 1) {
            throw new IllegalArgumentException("--plot draws one problem, but there are " + problems.size()
                    + "; name one of them, such as " + problems.get(0).name());
        }
    }

    /** Said before minutes are spent on what could not be written. */
    private static void requireDirectory(String option, Path file) {
        Path directory = file.toAbsolutePath().resolveSibling("");
        if (!Files.isWritable(directory)) {
            throw new IllegalArgumentException(option + " cannot be written to " + directory
                    + ": there is no such directory, or no right to write there");
        }
    }

    private static void requireAtLeast(String option, int least, long value) {
        if (value < least) {
            throw new IllegalArgumentException(option + " must be at least " + least + ", but is " + value);
        }
    }

    /** What every backend is opened with. */
    BackendOptions backendOptions() {
        return backendOptions(implementation);
    }

    /** What every backend is opened with that is to compute in this way. */
    BackendOptions backendOptions(Implementation way) {
        return BackendOptions.DEFAULT
                .withImplementation(way)
                .withMemoryBudgetBytes(deviceMemoryBytes.orElse(0))
                .withScratchBytes(scratchBytes.orElse(0));
    }

    Stopwatch stopwatch() {
        return new Stopwatch(warmup, WARM_UP_SECONDS, repeat);
    }
}
