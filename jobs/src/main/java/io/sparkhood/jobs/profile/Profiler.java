package io.sparkhood.jobs.profile;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.Candidate;
import io.sparkhood.backend.Plan;
import java.util.OptionalDouble;

/** Measures problems on backends. */
final class Profiler {
    /** A longer full self attention is timed in part. */
    private static final double FULL_SECONDS = 2;

    /** Its code is warm from the problem itself. */
    private static final Stopwatch FULL_STOPWATCH = new Stopwatch(1, 0, 3);

    private final Stopwatch stopwatch;
    private final int threads;

    Profiler(Stopwatch stopwatch, int threads) {
        this.stopwatch = stopwatch;
        this.threads = threads;
    }

    /** The problem must not be refused by the backend. */
    Measurement measure(Problem problem, Backend backend) {
        try (ReadyProblem ready = new ReadyProblem(backend, problem, threads)) {
            Plan plan = ready.plan();
            OptionalDouble before = ready.measurePeak();
            Times times = stopwatch.time(ready);
            OptionalDouble after = ready.measurePeak();
            OptionalDouble peak = before.isPresent()
                    ? OptionalDouble.of(Math.max(before.getAsDouble(), after.orElse(0)))
                    : OptionalDouble.empty();
            double fullSeconds = times.medianSeconds() * problem.tileBound(plan.visitedPairs());
            return new Measurement(
                    problem,
                    backend.name(),
                    plan.describe(),
                    plan.visitedPairs(),
                    plan.scratchBytes(),
                    plan.weightsBytes(),
                    times,
                    peak,
                    full(problem, backend, FULL_SECONDS / fullSeconds));
        }
    }

    /** Seconds of one run. */
    Times time(Problem problem, Backend backend) {
        try (ReadyProblem ready = new ReadyProblem(backend, problem, threads)) {
            return stopwatch.time(ready);
        }
    }

    /** Seconds of one run in the way of a candidate. */
    Times time(Problem problem, Backend backend, Candidate candidate) {
        try (ReadyProblem ready = new ReadyProblem(backend, problem, threads, candidate)) {
            return stopwatch.time(ready);
        }
    }

    private Measurement.Full full(Problem problem, Backend backend, double share) {
        FullAttention full = FullAttention.of(problem, share);
        if (backend.refuses(full.part().operator()).isPresent()) {
            return new Measurement.Full(OptionalDouble.empty(), false);
        }
        try (ReadyProblem ready = new ReadyProblem(backend, full.part(), threads)) {
            double seconds = full.factor() * FULL_STOPWATCH.time(ready).medianSeconds();
            return new Measurement.Full(OptionalDouble.of(seconds), !full.whole());
        }
    }
}
