package io.sparkhood.notebook;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Pictures in rows, each enlarged pixel by pixel and with its caption below. */
public final class PictureSheet {
    private static final int GAP = 12;
    private static final Font CAPTION = new Font(Font.SANS_SERIF, Font.PLAIN, 14);

    private final int columns;
    private final List<BufferedImage> images = new ArrayList<>();
    private final List<String> captions = new ArrayList<>();

    private PictureSheet(int columns) {
        this.columns = columns;
    }

    /** An empty sheet with so many pictures in a row. */
    public static PictureSheet ofColumns(int columns) {
        if (columns < 1) {
            throw new IllegalArgumentException("a sheet must have at least one column, but has " + columns);
        }
        return new PictureSheet(columns);
    }

    /** Adds a picture, each of its pixels enlarged to a square of so many. */
    public PictureSheet add(String caption, BufferedImage image, int enlarged) {
        if (enlarged < 1) {
            throw new IllegalArgumentException("a picture is enlarged at least 1 time, but not " + enlarged);
        }
        int width = image.getWidth() * enlarged;
        int height = image.getHeight() * enlarged;
        BufferedImage large = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = large.createGraphics();
        try {
            graphics.drawImage(image, 0, 0, width, height, null);
        } finally {
            graphics.dispose();
        }
        images.add(large);
        captions.add(caption);
        return this;
    }

    /** Adds a picture as it is. */
    public PictureSheet add(String caption, BufferedImage image) {
        return add(caption, image, 1);
    }

    /**
     * The whole sheet on white.
     *
     * @throws IllegalStateException if nothing was added
     */
    public BufferedImage image() {
        if (images.isEmpty()) {
            throw new IllegalStateException("the sheet holds no picture; add one first");
        }
        int textHeight = metrics().getHeight();
        int cellWidth = 0;
        int cellHeight = 0;
        for (int i = 0; i < images.size(); i++) {
            cellWidth = Math.max(
                    cellWidth, Math.max(images.get(i).getWidth(), metrics().stringWidth(captions.get(i))));
            cellHeight = Math.max(cellHeight, images.get(i).getHeight());
        }
        int across = Math.min(columns, images.size());
        int down = (images.size() + columns - 1) / columns;
        BufferedImage sheet = new BufferedImage(
                GAP + across * (cellWidth + GAP),
                GAP + down * (cellHeight + textHeight + GAP),
                BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
            for (int i = 0; i < images.size(); i++) {
                int left = GAP + i % columns * (cellWidth + GAP);
                int top = GAP + i / columns * (cellHeight + textHeight + GAP);
                draw(graphics, i, left + cellWidth / 2, top);
            }
        } finally {
            graphics.dispose();
        }
        return sheet;
    }

    private void draw(Graphics2D graphics, int index, int center, int top) {
        BufferedImage image = images.get(index);
        graphics.drawImage(image, center - image.getWidth() / 2, top, null);
        graphics.setColor(Color.BLACK);
        graphics.setFont(CAPTION);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        String caption = captions.get(index);
        FontMetrics metrics = graphics.getFontMetrics();
        graphics.drawString(
                caption, center - metrics.stringWidth(caption) / 2, top + image.getHeight() + metrics.getAscent() + 2);
    }

    private static FontMetrics metrics() {
        Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        try {
            return graphics.getFontMetrics(CAPTION);
        } finally {
            graphics.dispose();
        }
    }
}
