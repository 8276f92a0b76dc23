package io.sparkhood.jobs.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The table for programs: one line per problem and backend, empty where there is no number. */
final class ProfileCsv {
    static final List<String> COLUMNS = List.of(
            "problem",
            "backend",
            "dtype",
            "plan",
            "min_ms",
            "median_ms",
            "max_ms",
            "useful_gflops",
            "peak_gflops",
            "peak_fraction",
            "bytes_moved",
            "flop_bound_speedup",
            "tile_bound_speedup",
            "speedup_over_full_attention",
            "scratch_bytes");

    private ProfileCsv() {}

    static String line(Measurement measurement) {
        Problem problem = measurement.problem();
        Times times = measurement.times();
        return String.join(
                ",",
                quoted(problem.name()),
                quoted(measurement.backend()),
                problem.operator().dtype().toString(),
                quoted(measurement.plan()),
                number("%.5f", times.minSeconds() * 1e3),
                number("%.5f", times.medianSeconds() * 1e3),
                number("%.5f", times.maxSeconds() * 1e3),
                number("%.3f", measurement.usefulFlops() * 1e-9),
                number("%.1f", measurement.peakFlops(), 1e-9),
                number("%.4f", measurement.peakFraction(), 1),
                Long.toString(problem.bytesMoved()),
                number("%.3f", problem.flopBound()),
                number("%.3f", measurement.tileBound()),
                number("%.3f", measurement.speedUpOverFull(), 1),
                Long.toString(measurement.scratchBytes()));
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String number(String format, OptionalDouble value, double unit) {
        return value.isPresent() ? number(format, value.getAsDouble() * unit) : "";
    }

    private static String quoted(String text) {
        return text.matches("[^,\"\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    static void write(Path file, List<String> lines) throws IOException {
        List<String> all = new ArrayList<>(List.of(String.join(",", COLUMNS)));
        all.addAll(lines);
        Files.write(file, all);
    }

    /** The lines below the header. */
    static List<String> read(Path file) throws IOException {
        return Files.readAllLines(file).stream().skip(1).toList();
    }

    /** One cell of a line. */
    static String cell(String line, String column) {
        return cells(line).get(COLUMNS.indexOf(column));
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                if (!quoted && i > 0 && line.charAt(i - 1) == '"') {
                    cell.append('"'); // the second of two inside quotes
                }
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString());
        return cells;
    }
}
