package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables, plots, heat maps and sheets. */
class ShownTest {
    private static long pixels(BufferedImage image, int rgb) {
        return Arrays.stream(image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
                .filter(pixel -> (pixel & 0xffffff) == rgb)
                .count();
    }

    @Test
    void aTableEscapesAndRounds() {
        assertThat(HtmlTable.of(
                        List.of("a<b", "x"),
                        List.of(Arrays.asList("1 & 2", null), List.of(0.12345678, 7), List.of(1e-9, "z".repeat(70)))))
                .isEqualTo("<table><thead><tr><th>a&lt;b</th><th>x</th></tr></thead><tbody>"
                        + "<tr><td>1 &amp; 2</td><td>null</td></tr><tr><td>0.1235</td><td>7</td></tr>"
                        + "<tr><td>1.000e-09</td><td>" + "z".repeat(59) + "…</td></tr></tbody></table>");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HtmlTable.of(List.of("a"), List.of(List.of(1, 2))))
                .withMessage("a row must have one value per column: 2 values for 1 columns");
    }

    @Test
    void aPlotDrawsEveryLineInItsColor() {
        double[] x = {1, 2, 3};
        BufferedImage image = Plot.of("times", "kernelSize (keys)", "time (ms)")
                .line("first", x, new double[] {1, 2, 3})
                .line("second", x, new double[] {3, 2, 1})
                .dashes("bound", x, new double[] {1, 1, 1})
                .fromZero()
                .image();
        assertThat(image.getWidth()).isEqualTo(760);
        assertThat(pixels(image, 0x0072b2)).isGreaterThan(500);
        assertThat(pixels(image, 0xd55e00)).isGreaterThan(500);
        assertThat(pixels(image, 0)).isGreaterThan(500); // the dashes, and text
    }

    @Test
    void barsStandAsHighAsTheirNumbers() {
        Bars bars = Bars.of("rows", "rows per second", List.of("one", "two")).bars("measured", 10, 20);
        long twoToOne = pixels(bars.image(), 0x0072b2);
        long equal = pixels(
                Bars.of("rows", "rows per second", List.of("one", "two"))
                        .bars("measured", 20, 20)
                        .image(),
                0x0072b2);
        assertThat(twoToOne / (double) equal).isBetween(0.74, 0.76);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bars.bars("other", 1))
                .withMessage("there must be a bar for each of [one, two], but there are 1");
    }

    @Test
    void aHeatMapSpansTheValues() {
        FeatureMap map = FeatureMap.of(new float[] {-1, 5, 0, 5, 3, 5}, 2, 1, 3);
        BufferedImage image = HeatMap.of(map, 0);
        assertThat(image.getRGB(0, 0) & 0xffffff).isEqualTo(0x00224e);
        assertThat(image.getRGB(1, 0) & 0xffffff).isEqualTo(0x3b496c);
        assertThat(image.getRGB(2, 0) & 0xffffff).isEqualTo(0xfee838);
        assertThat(HeatMap.of(map, 1).getRGB(2, 0) & 0xffffff).isEqualTo(0x00224e);
    }

    @Test
    void aSheetEnlargesPixelsAndWritesCaptions() {
        BufferedImage red = new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 600; i++) {
            red.setRGB(i % 30, i / 30, 0xff0000);
        }
        BufferedImage sheet = PictureSheet.ofColumns(2)
                .add("a", red, 3)
                .add("b", red)
                .add("c", red)
                .image();
        assertThat(sheet.getWidth()).isEqualTo(12 + 2 * (90 + 12));
        assertThat(pixels(sheet, 0xff0000)).isEqualTo(600 * (9 + 1 + 1));
        assertThat(pixels(sheet, 0)).as("strokes of the captions").isPositive();
        assertThatIllegalStateException()
                .isThrownBy(() -> PictureSheet.ofColumns(1).image())
                .withMessage("the sheet holds no picture; add one first");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PictureSheet.ofColumns(0))
                .withMessage("a sheet must have at least one column, but has 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PictureSheet.ofColumns(1).add("a", red, 0))
                .withMessage("a picture is enlarged at least 1 time, but not 0");
    }
}
