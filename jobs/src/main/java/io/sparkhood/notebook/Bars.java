package io.sparkhood.notebook;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;

/** Bars over names, from 0, in colours that everybody can tell apart, as a picture. */
public final class Bars {
    private final CategoryChart chart;
    private final List<String> names;

    private Bars(CategoryChart chart, List<String> names) {
        this.chart = chart;
        this.names = names;
    }

    /**
     * An empty chart.
     *
     * @param yAxis what the bars' height is, with its unit
     * @param names what stands below the bars
     */
    public static Bars of(String title, String yAxis, List<String> names) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(Plot.WIDTH)
                .height(Plot.HEIGHT)
                .title(title)
                .yAxisTitle(yAxis)
                .build();
        Plot.style(chart.getStyler());
        chart.getStyler().setAvailableSpaceFill(0.7).setYAxisMin(0.0);
        return new Bars(chart, List.copyOf(names));
    }

    /**
     * Adds a bar for each name.
     *
     * @throws IllegalArgumentException if there are not as many heights as names
     */
    public Bars bars(String series, double... heights) {
        if (heights.length != names.size()) {
            throw new IllegalArgumentException(
                    "there must be a bar for each of " + names + ", but there are " + heights.length);
        }
        int index = chart.getSeriesCollection().size();
        chart.addSeries(series, names, Arrays.stream(heights).boxed().toList())
                .setFillColor(Colors.LINES.get(index % Colors.LINES.size()));
        return this;
    }

    /** The chart as it is now. */
    public BufferedImage image() {
        return BitmapEncoder.getBufferedImage(chart);
    }
}
