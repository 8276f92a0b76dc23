package io.sparkhood.notebook;

import java.awt.image.BufferedImage;
import java.util.Objects;

/** One number per token as a picture: dark blue is the least, yellow the most (the cividis map). */
public final class HeatMap {
    private HeatMap() {}

    /** One feature of a map with two axes; the colours span what it holds. */
    public static BufferedImage of(FeatureMap map, int feature) {
        map.requirePicture();
        Objects.checkIndex(feature, map.dim());
        float[] values = map.values();
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = feature; i < values.length; i += map.dim()) {
            least = Math.min(least, values[i]);
            most = Math.max(most, values[i]);
        }
        int width = map.extents()[1];
        BufferedImage image = new BufferedImage(width, map.extents()[0], BufferedImage.TYPE_INT_RGB);
        for (int token = 0; token < map.tokens(); token++) {
            double share = most > least ? (values[token * map.dim() + feature] - least) / (most - least) : 0;
            image.setRGB(token % width, token / width, Colors.cividis(share));
        }
        return image;
    }
}
