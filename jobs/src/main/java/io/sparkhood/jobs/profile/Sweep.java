package io.sparkhood.jobs.profile;

import io.sparkhood.operator.Neighborhood;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Times of a problem as one of its numbers changes. */
final class Sweep {
    private static final Stopwatch STOPWATCH = new Stopwatch(1, 0.3, 5);
    private static final double MOST_SECONDS = 2;
    private static final int POINTS = 10;
    private static final int LEAST_BATCHES = 8;

    private final List<Contender> contenders;
    private final Profiler profiler;

    Sweep(List<Contender> contenders, int threads) {
        this.contenders = contenders;
        this.profiler = new Profiler(STOPWATCH, threads);
    }

    /**
     * Seconds by backend and by the problem's number, rising. A backend's curve ends where a run would take longer than a
     * person waits.
     */
    Map<String, SortedMap<Integer, Double>> seconds(SortedMap<Integer, Problem> problems) {
        Map<String, SortedMap<Integer, Double>> curves = new LinkedHashMap<>();
        for (Contender contender : contenders) {
            SortedMap<Integer, Double> curve = new TreeMap<>();
            double secondsPerFlop = 0;
            for (Map.Entry<Integer, Problem> entry : problems.entrySet()) {
                Problem problem = entry.getValue();
                if (contender.whyNot(problem).isEmpty() && secondsPerFlop * problem.flop() < MOST_SECONDS) {
                    double seconds = profiler.time(problem, contender.backend()).medianSeconds();
                    secondsPerFlop = seconds / problem.flop();
                    curve.put(entry.getKey(), seconds);
                }
            }
            if (!curve.isEmpty()) {
                curves.put(contender.name(), curve);
            }
        }
        return curves;
    }

    /** The axis whose kernelSize counts: that of the largest. */
    static int axis(Problem problem) {
        List<Integer> kernelSize = problem.operator().neighborhood().kernelSize();
        return kernelSize.indexOf(Collections.max(kernelSize));
    }

    /** The problem by kernelSize of {@link #axis}, from 3 to as much as the map holds; the other axes in proportion. */
    static SortedMap<Integer, Problem> kernelSizes(Problem problem) {
        Neighborhood neighborhood = problem.operator().neighborhood();
        int axis = axis(problem);
        int own = neighborhood.kernelSize().get(axis);
        int most = most(problem, axis);
        int least = Math.min(most, Math.max(3, neighborhood.stride().get(axis)));
        double step = Math.max(1.5, Math.pow((double) most / least, 1.0 / POINTS));
        SortedMap<Integer, Problem> problems = new TreeMap<>();
        problems.put(own, problem);
        for (int size = least; size < most; size = (int) (size * step) | 1) {
            problems.put(size, problem.withKernelSize(inProportion(problem, size)));
        }
        problems.put(most, problem.withKernelSize(inProportion(problem, most)));
        return problems;
    }

    private static int most(Problem problem, int axis) {
        return problem.operator().featureMap().get(axis)
                / problem.operator().neighborhood().dilation().get(axis);
    }

    private static List<Integer> inProportion(Problem problem, int size) {
        Neighborhood neighborhood = problem.operator().neighborhood();
        double factor = (double) size / neighborhood.kernelSize().get(axis(problem));
        List<Integer> sizes = new ArrayList<>();
        for (int axis = 0; axis < problem.operator().rank(); axis++) {
            long wanted = Math.round(factor * neighborhood.kernelSize().get(axis));
            long least = neighborhood.stride().get(axis);
            sizes.add((int) Math.max(least, Math.min(wanted, most(problem, axis))));
        }
        return sizes;
    }

    /** The problem by batch: 1, 2, 4 and so on up to its own, or further where that is small. */
    static SortedMap<Integer, Problem> batches(Problem problem) {
        SortedMap<Integer, Problem> problems = new TreeMap<>();
        problems.put(problem.batch(), problem);
        for (int batch = 1; batch <= Math.max(LEAST_BATCHES, problem.batch()); batch *= 2) {
            problems.put(batch, problem.withBatch(batch));
        }
        return problems;
    }
}
