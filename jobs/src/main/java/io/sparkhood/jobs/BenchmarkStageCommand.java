package io.sparkhood.jobs;

import io.sparkhood.jobs.benchmark.MapForm;
import io.sparkhood.jobs.benchmark.MapSource;
import io.sparkhood.jobs.benchmark.StageBenchmark;
import io.sparkhood.jobs.benchmark.StageSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of the benchmark-stage job. */
@Command(
        name = "benchmark-stage",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 100,
        description =
                "Times what the stage adds to its arithmetic, on rows of query, key and value of 56 x 56 tokens with"
                        + " 2 heads of 32: the job with the stage, the same job with a mapPartitions that does nothing, and the"
                        + " plan alone on as many threads of the driver as tasks run at once. Ratio: (stage - identity) / plan.")
final class BenchmarkStageCommand implements Callable<Integer> {
    @Option(names = "--rows", paramLabel = "N", defaultValue = "256", description = "Rows. Default: 256.")
    private int rows;

    @Option(
            names = "--forms",
            split = ",",
            paramLabel = "FORM",
            defaultValue = "array,float32,bfloat16",
            description = "array, and float32 and bfloat16 in tensor structs. Default: all.")
    private List<String> forms = new ArrayList<>();

    @Option(
            names = "--sources",
            split = ",",
            paramLabel = "SOURCE",
            defaultValue = "cached",
            description = "cached, parquet (written to --scratch first), generated (in the tasks). Default: cached.")
    private List<String> sources = new ArrayList<>();

    @Option(
            names = "--kernel-size",
            paramLabel = "N",
            defaultValue = "7",
            description = "Keys that a query sees on either axis. Default: 7.")
    private int kernelSize;

    @Option(names = "--runs", paramLabel = "N", defaultValue = "5", description = "Timed runs of each. Default: 5.")
    private int runs;

    @Option(names = "--warmup", paramLabel = "N", defaultValue = "4", description = "Runs before. Default: 4.")
    private int warmup;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            description = "Partitions of the rows, and threads of the plan alone. Default: Spark's cores.")
    private @Nullable Integer tasks;

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description = "Directory to make for parquet tables; deleted at the end.")
    private @Nullable Path scratch;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Table to add lines to; what is printed at the end is over all JVMs that added some.")
    private @Nullable Path csv;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (spec == null) {
            throw new IllegalStateException("picocli fills this before it calls");
        }
        StageSettings settings = new StageSettings(
                rows,
                kernelSize,
                values("--forms", MapForm.class, forms),
                values("--sources", MapSource.class, sources),
                runs,
                warmup,
                tasks == null ? OptionalInt.empty() : OptionalInt.of(tasks),
                Optional.ofNullable(scratch),
                Optional.ofNullable(csv));
        try (JobSession session = JobSession.openQuietly("benchmark-stage")) {
            new StageBenchmark(settings, session.spark(), spec.commandLine().getOut()).run();
        }
        return 0;
    }

    private static <E extends Enum<E>> List<E> values(String option, Class<E> type, List<String> names) {
        List<String> known = Arrays.stream(type.getEnumConstants())
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(option + " knows "
                        + known.stream().collect(Collectors.joining(", ")) + ", but not '" + name + "'");
            }
        }
        return names.stream()
                .map(name -> Enum.valueOf(type, name.toUpperCase(Locale.ROOT)))
                .toList();
    }
}
