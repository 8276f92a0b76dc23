package io.sparkhood.notebook;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.awt.image.BufferedImage;
import java.util.List;

/** Windows as pictures of squares: the query in vermilion, the keys that it sees in blue, the others in grey. */
public final class WindowPicture {
    private static final int CELL = 10; // pixels of a token, a white line included
    private static final int FRAME_GAP = 8;
    private static final int SEEN = 0x0072b2;
    private static final int UNSEEN = 0xe4e4e4;
    private static final int WHITE = 0xffffff;

    private WindowPicture() {}

    /**
     * All windows of one axis: a line for each query, from the first at the top, a column for each key.
     *
     * @param axis of the operator, counted from 0
     */
    public static BufferedImage ofAxis(NeighborhoodAttentionOperator operator, int axis) {
        AxisWindow window = operator.window(axis);
        int extent = window.extent();
        BufferedImage image = white(extent * CELL, extent * CELL);
        for (int query = 0; query < extent; query++) {
            for (int key = 0; key < extent; key++) {
                fill(image, key * CELL, query * CELL, UNSEEN);
            }
            for (int i = 0; i < window.count(query); i++) {
                fill(image, (window.first(query) + i * window.dilation()) * CELL, query * CELL, SEEN);
            }
            fill(image, query * CELL, query * CELL, Colors.QUERY);
        }
        return image;
    }

    /** The keys that one query sees: a line on one axis, a map on two, frames side by side on three. */
    public static BufferedImage of(NeighborhoodAttentionOperator operator, int... position) {
        List<Integer> featureMap = operator.featureMap();
        int rank = operator.rank();
        int width = featureMap.get(rank - 1);
        int height = rank > 1 ? featureMap.get(rank - 2) : 1;
        int frames = rank > 2 ? featureMap.get(0) : 1;
        BufferedImage image = white(frames * (width * CELL + FRAME_GAP) - FRAME_GAP, height * CELL);
        for (int token = 0; token < frames * height * width; token++) {
            fill(image, left(token, height, width), token / width % height * CELL, UNSEEN);
        }
        for (int token : AttentionMap.visible(operator, position)) {
            fill(image, left(token, height, width), token / width % height * CELL, SEEN);
        }
        int query = 0;
        for (int axis = 0; axis < rank; axis++) {
            query = query * featureMap.get(axis) + position[axis];
        }
        fill(image, left(query, height, width), query / width % height * CELL, Colors.QUERY);
        return image;
    }

    private static int left(int token, int height, int width) {
        return token / (height * width) * (width * CELL + FRAME_GAP) + token % width * CELL;
    }

    private static BufferedImage white(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, WHITE);
            }
        }
        return image;
    }

    private static void fill(BufferedImage image, int left, int top, int rgb) {
        for (int y = top; y < top + CELL - 1; y++) {
            for (int x = left; x < left + CELL - 1; x++) {
                image.setRGB(x, y, rgb);
            }
        }
    }
}
