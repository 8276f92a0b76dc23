package io.sparkhood.jobs.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Lines of several JVMs as a table in markdown. Where one of the problems is {@value OptionProblems#PLAIN}, the last column is
 * the time that a useful FLOP takes over that of the plain problem on the same backend, by the medians of the GFLOP/s.
 *
 * @param lines [problem and backend][JVM] in the form of {@link ProfileCsv}
 */
record FreshJvmTable(List<List<String>> lines) {
    private static final List<String> HEADINGS = List.of(
            "problem",
            "backend",
            "ms",
            "useful GFLOP/s",
            "share of peak",
            "FLOP bound",
            "tile bound",
            "over full attention");

    /** Of every problem and backend the line of the JVM with the median GFLOP/s, the lower one of two. */
    List<String> medianLines() {
        return lines.stream()
                .map(jvms -> jvms.stream()
                        .sorted(Comparator.comparingDouble(line -> number(line, "useful_gflops")))
                        .toList()
                        .get((jvms.size() - 1) / 2))
                .toList();
    }

    private static double number(String line, String column) {
        return Double.parseDouble(ProfileCsv.cell(line, column));
    }

    private static List<String> cells(List<String> jvms) {
        String line = jvms.get(0);
        return List.of(
                ProfileCsv.cell(line, "problem"),
                ProfileCsv.cell(line, "backend"),
                median(jvms, "median_ms", "%.2f"),
                spread(jvms, "useful_gflops", "%.1f"),
                spread(jvms, "peak_fraction", "%.3f"),
                median(jvms, "flop_bound_speedup", "%.1fx"),
                median(jvms, "tile_bound_speedup", "%.1fx"),
                median(jvms, "speedup_over_full_attention", "%.1fx"));
    }

    private static boolean isPlain(List<String> jvms) {
        return ProfileCsv.cell(jvms.get(0), "problem").equals(OptionProblems.PLAIN);
    }

    private String timePerFlop(List<String> jvms) {
        String backend = ProfileCsv.cell(jvms.get(0), "backend");
        return lines.stream()
                .filter(other -> isPlain(other)
                        && ProfileCsv.cell(other.get(0), "backend").equals(backend))
                .map(plain -> format("%.2fx", median(plain, "useful_gflops") / median(jvms, "useful_gflops")))
                .findFirst()
                .orElse("–");
    }

    private static double median(List<String> jvms, String column) {
        List<Double> sorted = sorted(jvms, column);
        return sorted.get((sorted.size() - 1) / 2);
    }

    private static String median(List<String> jvms, String column, String format) {
        return sorted(jvms, column).isEmpty() ? "–" : format(format, median(jvms, column));
    }

    private static String spread(List<String> jvms, String column, String format) {
        List<Double> sorted = sorted(jvms, column);
        return sorted.isEmpty()
                ? "–"
                : format(format, sorted.get(0)) + " / " + median(jvms, column, format) + " / "
                        + format(format, sorted.get(sorted.size() - 1));
    }

    private static List<Double> sorted(List<String> jvms, String column) {
        return jvms.stream()
                .filter(line -> !ProfileCsv.cell(line, column).isEmpty())
                .map(line -> number(line, column))
                .sorted()
                .toList();
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    @Override
    public String toString() {
        boolean compared = lines.stream().anyMatch(FreshJvmTable::isPlain);
        List<String> headings = new ArrayList<>(HEADINGS);
        if (compared) {
            headings.add("time per FLOP");
        }
        StringBuilder text = new StringBuilder(row(headings));
        text.append("|---".repeat(headings.size())).append("|\n");
        for (List<String> jvms : lines) {
            List<String> cells = new ArrayList<>(cells(jvms));
            if (compared) {
                cells.add(timePerFlop(jvms));
            }
            text.append(row(cells));
        }
        return text.toString();
    }
}
