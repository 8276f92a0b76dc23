package io.sparkhood.jobs.profile;

import io.sparkhood.backend.Plan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What the job prints for people, as soon as it is known. */
final class ProfileText {
    private static final String ROW = "  %-10s %10s %10s %10s %8s %8s %7s %8s %9s %10s%n";

    private final PrintWriter out;

    ProfileText(PrintWriter out) {
        this.out = out;
    }

    void machine(int threads, List<Contender> contenders) {
        out.println(Machine.describe(threads));
        contenders.forEach(contender -> out.println(contender.name() + ": " + contender.probe()));
    }

    void problem(Problem problem) {
        heading(problem);
        out.printf(
                ROW,
                "backend",
                "min ms",
                "median ms",
                "max ms",
                "TFLOP/s",
                "peak",
                "share",
                "GB/s",
                "over full",
                "tile bound");
        out.flush();
    }

    void plannedProblem(Problem problem) {
        heading(problem);
        out.flush();
    }

    private void heading(Problem problem) {
        String sizes = problem.sizes();
        out.println();
        out.println((problem.name().equals(sizes) ? "" : problem.name() + ": ")
                + sizes
                + format(
                        "; useful %.4g GFLOP, moved %s, FLOP bound %s",
                        problem.flop() * 1e-9, bytes(problem.bytesMoved()), times(problem.flopBound())));
    }

    void measured(Measurement measurement) {
        Times times = measurement.times();
        out.printf(
                ROW,
                measurement.backend(),
                milliseconds(times.minSeconds()),
                milliseconds(times.medianSeconds()),
                milliseconds(times.maxSeconds()),
                format("%.4g", measurement.usefulFlops() * 1e-12),
                optional("%.4g", measurement.peakFlops(), 1e-12),
                optional("%.1f%%", measurement.peakFraction(), 100),
                format("%.4g", measurement.bytesPerSecond() * 1e-9),
                (measurement.full().scaled() ? "~" : "") + optional("%.2fx", measurement.speedUpOverFull(), 1),
                times(measurement.tileBound()));
        out.println("    " + measurement.plan() + "; scratch " + bytes(measurement.scratchBytes()) + " per thread"
                + weights(measurement.weightsBytes()));
        out.flush();
    }

    void planned(Problem problem, Plan plan) {
        out.println("  " + plan.describe() + "; tile bound " + times(problem.tileBound(plan.visitedPairs()))
                + ", scratch " + bytes(plan.scratchBytes()) + " per thread" + weights(plan.weightsBytes()));
        out.flush();
    }

    private static String weights(long bytes) {
        return bytes == 0 ? "" : ", attention weights " + bytes(bytes);
    }

    void absent(String backend, String sentence) {
        out.println("  " + backend + ": " + sentence);
        out.flush();
    }

    void footnotes(List<Measurement> measurements) {
        out.println();
        out.println("TFLOP/s  useful: 2 (headDim + valueDim) per visible pair, by the median");
        out.println("peak     TFLOP/s of multiply-adds on as many threads, just before or after; share: of it");
        out.println("GB/s     every input and output moved once, by the median");
        if (measurements.stream().anyMatch(measurement -> measurement.full().scaled())) {
            out.println("~        scaled by pairs from a part that takes at most 2 s: fewer rows or heads, or a smaller"
                    + " map");
        }
        out.flush();
    }

    void wrote(Path file) {
        out.println("wrote " + file);
        out.flush();
    }

    private static String optional(String format, OptionalDouble value, double unit) {
        return value.isPresent() ? format(format, value.getAsDouble() * unit) : "-";
    }

    private static String milliseconds(double seconds) {
        return format("%.3f", seconds * 1e3);
    }

    private static String times(double factor) {
        return format("%.2fx", factor);
    }

    private static String bytes(long bytes) {
        return bytes < 1_000_000 ? format("%.1f kB", bytes * 1e-3) : format("%.1f MB", bytes * 1e-6);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
