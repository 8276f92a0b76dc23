package io.sparkhood.jobs;

import io.sparkhood.backend.BackendChoice;
import io.sparkhood.backend.Backends;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every job that attends. */
final class BackendOptionsMixin {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "Where to compute: auto, cuda, cpu or reference. Default: auto.")
    String backend = "auto";

    @Option(
            names = "--backend-threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of one task's arithmetic on the CPU. Default: 1, as Spark runs one task per core.")
    int backendThreads = 1;

    @Option(
            names = "--scratch-bytes",
            paramLabel = "BYTES",
            description = "Memory that each thread of the cpu backend may hold beside the tensors; what needs more is"
                    + " refused. Default: 8 MiB.")
    @Nullable
    Long scratchBytes;

    @Option(
            names = "--device-memory-bytes",
            paramLabel = "BYTES",
            description =
                    "Memory of a GPU that all tasks of an executor may take together; what finds no room is computed"
                            + " in smaller batches. Default: three quarters of what is free.")
    @Nullable
    Long deviceMemoryBytes;

    /**
     * Refuses a name that no jar here knows. Whether a known backend can run is for the machine that runs it to say.
     *
     * @throws IllegalArgumentException listing the names
     */
    void requireKnown() {
        Set<String> known = new TreeSet<>(Set.of(BackendChoice.AUTO));
        Backends.providers().forEach(provider -> known.add(provider.name()));
        if (!known.contains(backend)) {
            throw new IllegalArgumentException(
                    "--backend must be one of " + String.join(", ", known) + ", but is '" + backend + "'");
        }
    }

    /** An option's value, which picocli leaves null where it is not given. */
    static OptionalLong optional(@Nullable Long value) {
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }
}
