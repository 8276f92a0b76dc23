package io.sparkhood.jobs;

import io.sparkhood.backend.Implementation;
import io.sparkhood.jobs.profile.Explanation;
import io.sparkhood.jobs.profile.FreshJvms;
import io.sparkhood.jobs.profile.OptionProblems;
import io.sparkhood.jobs.profile.PaperProblems;
import io.sparkhood.jobs.profile.PaperRun;
import io.sparkhood.jobs.profile.Problem;
import io.sparkhood.jobs.profile.ProfileRun;
import io.sparkhood.jobs.profile.ProfileSettings;
import io.sparkhood.jobs.profile.StandardProblems;
import io.sparkhood.operator.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of the profile job, which starts no Spark. */
@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 100,
        description = "Times neighborhood attention on the backends of this machine, without Spark, and says what the"
                + " times could be: by the work that the definition asks for, by the tiles of the plan, and by the peak"
                + " that is measured beside.")
final class ProfileCommand implements Callable<Integer> {
    private static final Set<String> PARENT_ONLY = Set.of("--fresh-jvms", "--csv");

    @ArgGroup(validate = false, heading = "One problem:%n")
    private @Nullable ProblemOptions one;

    @Option(
            names = "--standard",
            arity = "0..1",
            fallbackValue = "all",
            split = ",",
            paramLabel = "NAME",
            description = "Instead of one problem the standard ones, or some: nat1, nat2, nat3, nat4, large2d, dilated,"
                    + " sequence, video, gna.")
    private @Nullable List<String> standard;

    @Option(
            names = "--options",
            arity = "0..1",
            fallbackValue = "all",
            split = ",",
            paramLabel = "NAME",
            description = "Instead of one problem those that show what each option of the operator costs per useful"
                    + " FLOP, or some: plain, causal, stride, dilated, bias, additional, logSumExp, grouped, valueDim,"
                    + " headDim16, headDim20, headDim40, headDim64, headDim80, float16, bfloat16, everything. With"
                    + " --fresh-jvms the table compares them with plain.")
    private @Nullable List<String> options;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "float32, float16 or bfloat16, of every problem that is not named by its type."
                    + " Default: float32.")
    private String dtype = "float32";

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = ProfileSettings.ALL,
            description = "all, cuda, cpu or reference. Default: all; of them reference only"
                    + " where it takes no more than seconds.")
    private String backend = ProfileSettings.ALL;

    @Option(
            names = "--implementation",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "How to compute: auto, fused, gemm or naive; a backend without it says so. Default: auto, the"
                    + " backend's choice.")
    private String implementation = "auto";

    @Option(
            names = "--paper",
            description = "Instead of one problem the sweep of \"Faster Neighborhood Attention\" in a size that takes"
                    + " minutes: 1-D and 2-D, float32 and float16, kernel sizes, dilations, causal. Prints how much faster"
                    + " gemm and fused are than naive, next to the paper's figures.")
    private boolean paper;

    @Option(names = "--threads", paramLabel = "N", description = "Threads on the CPU. Default: one per processor.")
    private @Nullable Integer threads;

    @Option(
            names = "--scratch-bytes",
            paramLabel = "BYTES",
            description = "Memory that each thread of the cpu backend may hold beside the tensors; what needs more is"
                    + " refused. Default: 8 MiB.")
    private @Nullable Long scratchBytes;

    @Option(
            names = "--device-memory-bytes",
            paramLabel = "BYTES",
            description = "Memory of a GPU that the cuda backend may take. Default: three quarters of what is free.")
    private @Nullable Long deviceMemoryBytes;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "11",
            description = "Regions of at least 40 ms that are timed; min, median and max are over them. Default: 11.")
    private int repeat;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            defaultValue = "3",
            description = "Runs before, at least, and for at least 3 s. Default: 3.")
    private int warmup;

    @Option(names = "--csv", paramLabel = "FILE", description = "Table to write, a line per problem and backend.")
    private @Nullable Path csv;

    @Option(
            names = "--plot",
            paramLabel = "FILE.png",
            description = "Picture to draw of one problem: time against kernelSize and against batch.")
    private @Nullable Path plot;

    @Option(names = "--dry-run", description = "Only say which plans the backends would choose.")
    private boolean dryRun;

    @Option(
            names = "--explain",
            arity = "0..1",
            fallbackValue = "h200",
            paramLabel = "DEVICE",
            description =
                    "Say between which ways the backends choose, with the time that their models predict and, where"
                            + " there is such a device, measure. Without a GPU it predicts for DEVICE: h200, a100 or a10."
                            + " Default: h200.")
    private @Nullable String explain;

    @Option(
            names = "--fresh-jvms",
            paramLabel = "N",
            description = "Do all this in N new JVMs, one after the other, and print a table over them in markdown.")
    private @Nullable Integer freshJvms;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (spec == null) {
            throw new IllegalStateException("picocli fills this before it calls");
        }
        requireTogether();
        ProfileSettings settings = new ProfileSettings(
                problems(),
                backend,
                Implementation.of(implementation),
                threads == null ? Runtime.getRuntime().availableProcessors() : threads,
                BackendOptionsMixin.optional(scratchBytes),
                BackendOptionsMixin.optional(deviceMemoryBytes),
                repeat,
                warmup,
                Optional.ofNullable(csv),
                Optional.ofNullable(plot));
        var out = spec.commandLine().getOut();
        if (paper) {
            new PaperRun(settings, out).measure();
        } else if (freshJvms != null) {
            new FreshJvms(freshJvms, Main.class, argumentsOfOneJvm(spec))
                    .run(settings, out, spec.commandLine().getErr());
        } else if (explain != null) {
            new Explanation(settings, explain, out).print();
        } else if (dryRun) {
            new ProfileRun(settings, out).plan();
        } else {
            new ProfileRun(settings, out).measure();
        }
        return 0;
    }

    private void requireTogether() {
        boolean other = standard != null || options != null || one != null;
        if (paper && (other || !implementation.equals("auto"))) {
            throw new IllegalArgumentException("--paper brings its own problems, dtypes and implementations; leave out"
                    + " --standard, --options, --implementation and the options of one problem");
        }
        if (paper && (dryRun || explain != null || csv != null || plot != null || freshJvms != null)) {
            throw new IllegalArgumentException(
                    "--paper prints one table; leave out --dry-run, --explain, --csv, --plot and --fresh-jvms");
        }
        if (standard != null && options != null) {
            throw new IllegalArgumentException(
                    "--standard and --options bring their own problems; leave out one of them");
        }
        if ((standard != null || options != null) && one != null) {
            throw new IllegalArgumentException((standard != null ? "--standard" : "--options")
                    + " brings its own problems; leave out the options of one problem");
        }
        if (dryRun && (csv != null || plot != null || freshJvms != null)) {
            throw new IllegalArgumentException("--dry-run computes nothing; leave out --csv, --plot and --fresh-jvms");
        }
        if (explain != null && (dryRun || csv != null || plot != null || freshJvms != null)) {
            throw new IllegalArgumentException(
                    "--explain prints its own lines; leave out --dry-run, --csv, --plot and --fresh-jvms");
        }
        if (plot != null && freshJvms != null) {
            throw new IllegalArgumentException("--plot draws what one JVM measures; leave out --fresh-jvms");
        }
    }

    private List<Problem> problems() {
        DType type = DType.of(dtype);
        if (paper) {
            return PaperProblems.all();
        }
        if (standard != null) {
            return standard.contains(ProfileSettings.ALL)
                    ? StandardProblems.all(type)
                    : StandardProblems.named(standard, type);
        }
        if (options != null) {
            return options.contains(ProfileSettings.ALL)
                    ? OptionProblems.all(type)
                    : OptionProblems.named(options, type);
        }
        return List.of((one == null ? new ProblemOptions() : one).problem(type));
    }

    /** This command line again, option by option, without what only the parent does. */
    private static List<String> argumentsOfOneJvm(CommandSpec spec) {
        List<String> arguments = new ArrayList<>();
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (!PARENT_ONLY.contains(option.longestName())) {
                String values = String.join(",", option.originalStringValues());
                boolean alone = values.isEmpty() || option.arity().max() == 0;
                arguments.add(alone ? option.longestName() : option.longestName() + "=" + values);
            }
        }
        return arguments;
    }
}
