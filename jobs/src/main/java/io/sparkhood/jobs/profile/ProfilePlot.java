package io.sparkhood.jobs.profile;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Two charts side by side: time of a run against kernelSize, and against batch. */
final class ProfilePlot {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 480;

    private ProfilePlot() {}

    static void draw(Problem problem, Sweep sweep, Path file) throws IOException {
        String axis = problem.operator().rank() == 1 ? "" : " on axis " + Sweep.axis(problem);
        SortedMap<Integer, Problem> sizes = Sweep.kernelSizes(problem);
        Map<String, SortedMap<Integer, Double>> curves = sweep.seconds(sizes);
        XYChart byKernelSize = chart(problem, "kernelSize" + axis, curves);
        DoubleSummaryStatistics seconds = curves.values().stream()
                .flatMap(curve -> curve.values().stream())
                .mapToDouble(Double::doubleValue)
                .summaryStatistics();
        byKernelSize
                .getStyler()
                .setXAxisLogarithmic(manyDecades(sizes.firstKey(), sizes.lastKey()))
                .setYAxisLogarithmic(true)
                .setYAxisLogarithmicDecadeOnly(manyDecades(seconds.getMin(), seconds.getMax()));
        XYChart byBatch = chart(problem, "batch", sweep.seconds(Sweep.batches(problem)));
        byBatch.getStyler().setYAxisMin(0.0).setXAxisMin(0.0);
        try (OutputStream out = Files.newOutputStream(file)) {
            BitmapEncoder.saveBitmap(List.of(byKernelSize, byBatch), 1, 2, out, BitmapFormat.PNG);
        }
    }

    /** So many that labels between powers of ten would overlap. */
    private static boolean manyDecades(double least, double most) {
        return most > 30 * least;
    }

    private static XYChart chart(Problem problem, String number, Map<String, SortedMap<Integer, Double>> curves) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .theme(ChartTheme.Matlab)
                .title(problem.sizes())
                .xAxisTitle(number)
                .yAxisTitle("milliseconds")
                .build();
        chart.getStyler()
                .setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Horizontal)
                .setMarkerSize(7);
        curves.forEach((backend, curve) -> chart.addSeries(
                backend,
                List.copyOf(curve.keySet()),
                curve.values().stream().map(seconds -> seconds * 1e3).toList()));
        return chart;
    }
}
