package io.sparkhood.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The memory of a {@link SoakRun}.
 *
 * @param resident resident memory, every so many batches
 * @param liveHeap heap after a collection, less often
 */
record SoakCurve(List<Sample> resident, List<Sample> liveHeap) {

    /** Bytes after so many batches. */
    record Sample(long batches, long bytes) {}

    static SoakCurve read(Path file) throws IOException {
        List<String[]> lines = Files.readAllLines(file).stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .toList();
        return new SoakCurve(
                lines.stream().map(line -> sample(line, 1)).toList(),
                lines.stream()
                        .filter(line -> !line[2].isEmpty())
                        .map(line -> sample(line, 2))
                        .toList());
    }

    private static Sample sample(String[] line, int column) {
        return new Sample(Long.parseLong(line[0]), Long.parseLong(line[column]));
    }

    /** Largest less smallest from so many batches on. */
    static long span(List<Sample> samples, long from) {
        var bytes = samples.stream()
                .filter(sample -> sample.batches() >= from)
                .mapToLong(Sample::bytes)
                .summaryStatistics();
        return bytes.getMax() - bytes.getMin();
    }

    /** Slope of the straight line through the samples from so many batches on, in bytes per batch. */
    static double growth(List<Sample> samples, long from) {
        List<Sample> late =
                samples.stream().filter(sample -> sample.batches() >= from).toList();
        double batches = late.stream().mapToLong(Sample::batches).average().orElseThrow();
        double bytes = late.stream().mapToLong(Sample::bytes).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (Sample sample : late) {
            products += (sample.batches() - batches) * (sample.bytes() - bytes);
            squares += (sample.batches() - batches) * (sample.batches() - batches);
        }
        return products / squares;
    }

    void draw(Path file) throws IOException {
        XYChart chart = new XYChartBuilder()
                .width(960)
                .height(480)
                .theme(ChartTheme.Matlab)
                .title(String.format(
                        Locale.ROOT,
                        "%,d batches",
                        resident.get(resident.size() - 1).batches()))
                .xAxisTitle("batches")
                .yAxisTitle("MiB")
                .build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal);
        chart.getStyler().setYAxisMin(0.0).setXAxisMin(0.0);
        draw(chart, "resident memory of the JVM", resident);
        draw(chart, "live heap", liveHeap);
        try (OutputStream out = Files.newOutputStream(file)) {
            BitmapEncoder.saveBitmap(List.of(chart), 1, 1, out, BitmapFormat.PNG);
        }
    }

    private static void draw(XYChart chart, String name, List<Sample> samples) {
        chart.addSeries(
                        name,
                        samples.stream().map(Sample::batches).toList(),
                        samples.stream()
                                .map(sample -> sample.bytes() / 1048576.0)
                                .toList())
                .setMarker(SeriesMarkers.NONE);
    }
}
