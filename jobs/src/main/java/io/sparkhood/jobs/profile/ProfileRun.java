package io.sparkhood.jobs.profile;

import io.sparkhood.backend.Plan;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The job in one JVM: every problem on every backend that was asked for. */
public final class ProfileRun {
    private final ProfileSettings settings;
    private final ProfileText text;
    private final Profiler profiler;

    public ProfileRun(ProfileSettings settings, PrintWriter out) {
        this.settings = settings;
        this.text = new ProfileText(out);
        this.profiler = new Profiler(settings.stopwatch(), settings.threads());
    }

    /**
     * Measures.
     *
     * @throws IllegalArgumentException if no backend can compute any of the problems
     */
    public void measure() throws IOException {
        List<Measurement> measurements = new ArrayList<>();
        List<Contender> contenders = Contender.of(settings);
        try {
            text.machine(settings.threads(), contenders);
            for (Problem problem : settings.problems()) {
                text.problem(problem);
                contenders.forEach(contender -> measure(problem, contender).ifPresent(measurements::add));
            }
            text.footnotes(measurements);
            requireSome(measurements);
            write(contenders, measurements);
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private Optional<Measurement> measure(Problem problem, Contender contender) {
        Optional<String> whyNot = contender.whyNot(problem);
        if (whyNot.isPresent()) {
            text.absent(contender.name(), whyNot.get());
            return Optional.empty();
        }
        Measurement measurement = profiler.measure(problem, contender.backend());
        text.measured(measurement);
        return Optional.of(measurement);
    }

    private static void requireSome(List<Measurement> measurements) {
        if (measurements.isEmpty()) {
            throw new IllegalArgumentException("nothing was timed; the lines above say why");
        }
    }

    private void write(List<Contender> contenders, List<Measurement> measurements) throws IOException {
        if (settings.csv().isPresent()) {
            ProfileCsv.write(
                    settings.csv().get(),
                    measurements.stream().map(ProfileCsv::line).toList());
            text.wrote(settings.csv().get());
        }
        if (settings.plot().isPresent()) {
            Problem problem = settings.problems().get(0);
            List<Contender> able = contenders.stream()
                    .filter(contender -> contender.whyNot(problem).isEmpty())
                    .toList();
            ProfilePlot.draw(
                    problem,
                    new Sweep(able, settings.threads()),
                    settings.plot().get());
            text.wrote(settings.plot().get());
        }
    }

    /** Says what each backend would do, and computes nothing. */
    public void plan() {
        List<Contender> contenders = Contender.of(settings);
        try {
            for (Problem problem : settings.problems()) {
                text.plannedProblem(problem);
                contenders.forEach(contender -> plan(problem, contender));
            }
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private void plan(Problem problem, Contender contender) {
        Optional<String> whyNot = contender.whyNot(problem);
        if (whyNot.isPresent()) {
            text.absent(contender.name(), whyNot.get());
            return;
        }
        try (Plan plan = ReadyProblem.plan(contender.backend(), problem)) {
            text.planned(problem, plan);
        }
    }
}
