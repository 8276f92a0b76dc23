package io.sparkhood.jobs.profile;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.Implementation;
import io.sparkhood.operator.DType;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The three implementations of each backend side by side, as "Faster Neighborhood Attention" (2024) compares them: a table of
 * how much faster gemm and fused are than naive.
 */
public final class PaperRun {
    private static final Stopwatch STOPWATCH = new Stopwatch(1, 0.15, 3);
    /** The compiler takes seconds over code that holds vectors; until then it is slower than plain loops. */
    private static final double WARM_UP_SECONDS = 3;

    private static final List<Implementation> COMPARED =
            List.of(Implementation.NAIVE, Implementation.GEMM, Implementation.FUSED);

    private final ProfileSettings settings;
    private final PrintWriter out;
    private final Profiler profiler;
    private final Profiler warmUp;

    public PaperRun(ProfileSettings settings, PrintWriter out) {
        this(settings, out, WARM_UP_SECONDS);
    }

    /** With other seconds for the compiler, before each line of the table and for each implementation. */
    PaperRun(ProfileSettings settings, PrintWriter out, double warmUpSeconds) {
        this.settings = settings;
        this.out = out;
        this.profiler = new Profiler(STOPWATCH, settings.threads());
        this.warmUp = new Profiler(new Stopwatch(1, warmUpSeconds, 1), settings.threads());
    }

    /** What a line of the table is about. */
    private record Group(int rank, DType dtype) {}

    /** Measures, and prints a line per backend, rank and dtype, and every sentence of a backend that refuses. */
    public void measure() {
        out.println(Machine.describe(settings.threads())
                + Machine.commit().map("; commit "::concat).orElse(""));
        out.println(
                "improvement over naive in percent, average / minimum / maximum over the problems; the paper's on an"
                        + " A100");
        out.println();
        out.println(
                "| backend | axes | dtype | problems | gemm over naive | the paper's | fused over naive | the paper's |");
        out.println("|---|---|---|---|---|---|---|---|");
        out.flush();
        Set<String> sentences = new LinkedHashSet<>();
        for (BackendProvider provider : Backends.providers()) {
            if (Contender.isWanted(provider, settings)) {
                measure(provider, sentences);
            }
        }
        if (!sentences.isEmpty()) {
            out.println();
            sentences.forEach(out::println);
        }
        out.flush();
    }

    private void measure(BackendProvider provider, Set<String> sentences) {
        Map<Implementation, Contender> contenders = new LinkedHashMap<>();
        try {
            for (Implementation way : COMPARED) {
                contenders.put(way, Contender.of(provider, settings, settings.backendOptions(way)));
            }
            Map<Group, List<Problem>> groups = new LinkedHashMap<>();
            for (Problem problem : settings.problems()) {
                Group group =
                        new Group(problem.operator().rank(), problem.operator().dtype());
                groups.computeIfAbsent(group, absent -> new ArrayList<>()).add(problem);
            }
            groups.forEach((group, problems) -> line(provider.name(), group, problems, contenders, sentences));
        } finally {
            contenders.values().forEach(Contender::close);
        }
    }

    private void line(
            String backend,
            Group group,
            List<Problem> problems,
            Map<Implementation, Contender> contenders,
            Set<String> sentences) {
        Improvements gemm = new Improvements();
        Improvements fused = new Improvements();
        Problem middle = problems.get(problems.size() / 2);
        contenders.forEach((way, contender) -> seconds(warmUp, middle, way, contender, sentences));
        for (Problem problem : problems) {
            Map<Implementation, OptionalDouble> seconds = new LinkedHashMap<>();
            contenders.forEach(
                    (way, contender) -> seconds.put(way, seconds(profiler, problem, way, contender, sentences)));
            compare(seconds, Implementation.GEMM, gemm);
            compare(seconds, Implementation.FUSED, fused);
        }
        Optional<PaperFigures> paper = PaperFigures.of(group.rank(), group.dtype());
        out.printf(
                Locale.ROOT,
                "| %s | %d | %s | %d | %s | %s | %s | %s |%n",
                backend,
                group.rank(),
                group.dtype(),
                problems.size(),
                gemm,
                paper.map(PaperFigures::gemmOverNaive).orElse("–"),
                fused,
                paper.map(PaperFigures::fusedOverNaive).orElse("–"));
        out.flush();
    }

    private static void compare(
            Map<Implementation, OptionalDouble> seconds, Implementation way, Improvements improvements) {
        OptionalDouble slow = seconds.getOrDefault(Implementation.NAIVE, OptionalDouble.empty());
        OptionalDouble fast = seconds.getOrDefault(way, OptionalDouble.empty());
        if (slow.isPresent() && fast.isPresent()) {
            improvements.add(slow.getAsDouble(), fast.getAsDouble());
        }
    }

    private static OptionalDouble seconds(
            Profiler profiler, Problem problem, Implementation way, Contender contender, Set<String> sentences) {
        Optional<String> whyNot = contender.whyNot(problem);
        if (whyNot.isPresent()) {
            sentences.add(contender.name() + ", " + way + ": " + whyNot.get());
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(profiler.time(problem, contender.backend()).medianSeconds());
    }
}
