package io.sparkhood.jobs.profile;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lines of several JVMs as a table in markdown.
 *
 * @param lines [problem and backend][JVM] in the form of {@link ProfileCsv}
 */
record FreshJvmTable(List<List<String>> lines) {
    private static final String HEADER = """
            | problem | backend | ms | useful GFLOP/s | share of peak | FLOP bound | tile bound | over full attention |
            |---|---|---|---|---|---|---|---|
            """;

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

    private static String row(List<String> jvms) {
        String line = jvms.get(0);
        return Stream.of(
                        ProfileCsv.cell(line, "problem"),
                        ProfileCsv.cell(line, "backend"),
                        median(jvms, "median_ms", "%.2f"),
                        spread(jvms, "useful_gflops", "%.1f"),
                        spread(jvms, "peak_fraction", "%.3f"),
                        median(jvms, "flop_bound_speedup", "%.1fx"),
                        median(jvms, "tile_bound_speedup", "%.1fx"),
                        median(jvms, "speedup_over_full_attention", "%.1fx"))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String median(List<String> jvms, String column, String format) {
        List<Double> sorted = sorted(jvms, column);
        return sorted.isEmpty() ? "–" : format(format, sorted.get((sorted.size() - 1) / 2));
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

    @Override
    public String toString() {
        return lines.stream().map(FreshJvmTable::row).collect(Collectors.joining("", HEADER, ""));
    }
}
