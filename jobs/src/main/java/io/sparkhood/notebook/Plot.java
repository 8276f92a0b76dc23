package io.sparkhood.notebook;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines over numbers, in colours and markers that everybody can tell apart, as a picture. */
public final class Plot {
    static final int WIDTH = 760;
    static final int HEIGHT = 440;
    private static final float LINE_WIDTH = 2;
    private static final BasicStroke DASHES =
            new BasicStroke(LINE_WIDTH, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {8, 6}, 0);
    private static final List<Marker> MARKERS = List.of(
            SeriesMarkers.CIRCLE,
            SeriesMarkers.SQUARE,
            SeriesMarkers.TRIANGLE_UP,
            SeriesMarkers.DIAMOND,
            SeriesMarkers.TRIANGLE_DOWN,
            SeriesMarkers.CROSS,
            SeriesMarkers.PLUS);

    private final XYChart chart;
    private int lines;
    private int dashed;

    private Plot(XYChart chart) {
        this.chart = chart;
    }

    /**
     * An empty plot.
     *
     * @param xAxis what is along the bottom, with its unit
     * @param yAxis what is along the side, with its unit
     */
    public static Plot of(String title, String xAxis, String yAxis) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        style(chart.getStyler());
        chart.getStyler().setMarkerSize(8);
        return new Plot(chart);
    }

    static void style(AxesChartStyler styler) {
        Font text = new Font(Font.SANS_SERIF, Font.PLAIN, 14);
        styler.setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Horizontal)
                .setLegendFont(text)
                .setLegendBorderColor(Color.WHITE)
                .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 16))
                .setChartBackgroundColor(Color.WHITE)
                .setDecimalPattern("#,##0.###");
        styler.setAxisTitleFont(text).setAxisTickLabelsFont(text).setPlotGridLinesColor(new Color(0xdddddd));
    }

    /**
     * Adds a line with a marker at each point.
     *
     * @throws IllegalArgumentException if the lengths differ or there is a line of that name
     */
    public Plot line(String name, double[] x, double[] y) {
        style(chart.addSeries(name, x, y)).setLineStyle(SeriesLines.SOLID);
        return this;
    }

    /** Adds a dashed line without markers, the first black and others grey: a bound or an expectation. */
    public Plot dashes(String name, double[] x, double[] y) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setLineColor(dashed++ == 0 ? Color.BLACK : Color.GRAY).setLineWidth(LINE_WIDTH);
        series.setLineStyle(DASHES);
        series.setMarker(SeriesMarkers.NONE);
        return this;
    }

    private XYSeries style(XYSeries series) {
        int index = lines++;
        Color color = Colors.LINES.get(index % Colors.LINES.size());
        series.setLineColor(color).setLineWidth(LINE_WIDTH);
        series.setMarkerColor(color).setMarker(MARKERS.get(index % MARKERS.size()));
        return series;
    }

    /** Both axes in powers of ten. */
    public Plot logarithmic() {
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        return this;
    }

    /** The side's axis from 0. */
    public Plot fromZero() {
        chart.getStyler().setYAxisMin(0.0);
        return this;
    }

    /** The plot as it is now. */
    public BufferedImage image() {
        return BitmapEncoder.getBufferedImage(chart);
    }
}
