package io.sparkhood.jobs.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Lines of {@link StageMeasurement#csv}, and what they say together: the spread over the JVMs that added them. */
record StageTable(List<String> lines) {
    /** Cells that say what was measured; the others are numbers. */
    private static final int KEYS = 4;

    private static final List<String> HEADINGS = List.of(
            "master",
            "form",
            "source",
            "rows",
            "stage, s",
            "identity, s",
            "plan, s",
            "ratio",
            "own ns/byte",
            "rows/s",
            "heap, MB");
    private static final List<String> FORMATS = List.of("%.3f", "%.3f", "%.3f", "%.2f", "%.3f", "%.0f", "%.0f");

    /** Adds lines to the table of a file, and returns all it has then. */
    static StageTable add(Path csv, List<String> lines) throws IOException {
        List<String> added = new ArrayList<>(lines);
        if (!Files.exists(csv)) {
            added.add(0, StageMeasurement.COLUMNS);
        }
        Files.write(csv, added, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return new StageTable(Files.readAllLines(csv).stream().skip(1).toList());
    }

    /** Masters have commas, in quotes; nothing else has either. */
    private static List<String> cells(String line) {
        int quote = line.indexOf('"', 1);
        List<String> cells = new ArrayList<>(List.of(line.substring(1, quote)));
        cells.addAll(Arrays.asList(line.substring(quote + 2).split(",", -1)));
        return cells;
    }

    private static String spread(List<List<String>> jvms, int column, String format) {
        double[] sorted = jvms.stream()
                .map(cells -> cells.get(column))
                .filter(cell -> !cell.isEmpty())
                .mapToDouble(Double::parseDouble)
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return "–";
        }
        double median = StageMeasurement.median(sorted);
        return sorted.length == 1
                ? format(format, median)
                : format(format, sorted[0]) + " / " + format(format, median) + " / "
                        + format(format, sorted[sorted.length - 1]);
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    /** In markdown: minimum / median / maximum over JVMs, or the number of the only one. */
    @Override
    public String toString() {
        Map<List<String>, List<List<String>>> jvms = lines.stream()
                .map(StageTable::cells)
                .collect(Collectors.groupingBy(
                        cells -> cells.subList(0, KEYS), LinkedHashMap::new, Collectors.toList()));
        StringBuilder text = new StringBuilder(row(HEADINGS));
        text.append("|---".repeat(HEADINGS.size())).append("|\n");
        jvms.forEach((key, cells) -> {
            List<String> shown = new ArrayList<>(key);
            for (int i = 0; i < FORMATS.size(); i++) {
                shown.add(spread(cells, KEYS + i, FORMATS.get(i)));
            }
            text.append(row(shown));
        });
        return text.toString();
    }
}
