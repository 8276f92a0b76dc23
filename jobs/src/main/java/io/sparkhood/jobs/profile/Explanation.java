package io.sparkhood.jobs.profile;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.Candidate;
import io.sparkhood.backend.Plan;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The job that explains choices: for every problem the ways that each backend has, with the time that its model predicts and,
 * where the device is here, the time that is measured.
 */
public final class Explanation {
    private final ProfileSettings settings;
    private final String device;
    private final PrintWriter out;
    private final ProfileText text;
    private final Profiler profiler;

    /** @param device the name of the device that is predicted for where a backend has none here, such as {@code h200} */
    public Explanation(ProfileSettings settings, String device, PrintWriter out) {
        this.settings = settings;
        this.device = device;
        this.out = out;
        this.text = new ProfileText(out);
        this.profiler = new Profiler(settings.stopwatch(), settings.threads());
    }

    /**
     * Explains.
     *
     * @throws IllegalArgumentException if a backend predicts for devices, but not for the one asked for
     */
    public void print() {
        List<Contender> contenders = Contender.of(settings);
        try {
            text.machine(settings.threads(), contenders);
            for (Problem problem : settings.problems()) {
                text.plannedProblem(problem);
                contenders.forEach(contender -> explain(problem, contender));
            }
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private void explain(Problem problem, Contender contender) {
        Optional<String> whyNot = contender.whyNot(problem);
        if (whyNot.isEmpty()) {
            explain(problem, contender.backend());
            return;
        }
        List<Candidate> candidates = contender.handle().isEmpty() ? forecast(problem, contender.name()) : List.of();
        if (candidates.isEmpty()) {
            text.absent(contender.name(), whyNot.get());
            return;
        }
        line("  %s on %s, not run on hardware: %s", contender.name(), device, whyNot.get());
        candidates.forEach(candidate -> show(problem, candidate, Optional.empty()));
    }

    private List<Candidate> forecast(Problem problem, String backend) {
        Map<String, List<Candidate>> byDevice = Backends.providers().stream()
                .filter(provider -> provider.name().equals(backend))
                .findFirst()
                .orElseThrow()
                .forecast(problem.operator(), problem.batch());
        List<Candidate> candidates = byDevice.getOrDefault(device, List.of());
        if (candidates.isEmpty() && !byDevice.isEmpty()) {
            throw new IllegalArgumentException(
                    "--explain predicts for " + String.join(", ", byDevice.keySet()) + ", but is '" + device + "'");
        }
        return candidates;
    }

    private void explain(Problem problem, Backend backend) {
        List<Candidate> candidates = backend.candidates(problem.operator(), problem.batch());
        if (candidates.isEmpty()) {
            try (Plan plan = ReadyProblem.plan(backend, problem)) {
                line("  %s; one way", way(plan.describe(), problem, plan.visitedPairs()));
            }
        }
        for (Candidate candidate : candidates) {
            show(problem, candidate, Optional.of(profiler.time(problem, backend, candidate)));
        }
    }

    private void show(Problem problem, Candidate candidate, Optional<Times> measured) {
        line("    %s", way(candidate.way(), problem, candidate.visitedPairs()));
        line(
                "      %s; predicted %.4g ms, %s",
                candidate.occupancy(),
                candidate.predictedSeconds() * 1e3,
                measured.map(times -> String.format(Locale.ROOT, "measured %.4g ms", times.medianSeconds() * 1e3))
                        .orElse("not measured"));
    }

    private static String way(String way, Problem problem, long visitedPairs) {
        return String.format(
                Locale.ROOT,
                "%s; %d of %d executed pairs are useful, %.2fx",
                way,
                problem.operator().visiblePairs(),
                visitedPairs,
                visitedPairs / (double) problem.operator().visiblePairs());
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
