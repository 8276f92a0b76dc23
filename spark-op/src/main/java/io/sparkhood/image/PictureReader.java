package io.sparkhood.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG and JPEG files: grey or RGB, with alpha or without, 8 or 16 bits; palettes and fewer bits become 8 bits. Sizes are
 * bounded before anything is decoded, and damaged files are errors, not half pictures. Embedded colour profiles and the
 * orientation that a camera noted are left aside.
 */
public final class PictureReader {
    private PictureReader() {}

    /** Whether a name ends like a picture that can be read: png, jpg, jpeg, in any case. */
    public static boolean reads(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg");
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read, is neither PNG nor JPEG, is damaged or has more than {@link
     *     Picture#MAX_PIXELS}; the message names the file
     */
    public static Picture read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(file.toString(), in);
        }
    }

    /**
     * Reads a stream to its picture's end.
     *
     * @param name what to call it in messages
     * @throws IOException see {@link #read(Path)}
     */
    public static Picture read(String name, InputStream in) throws IOException {
        try (ImageInputStream stream = new MemoryCacheImageInputStream(in)) {
            ImageReader reader = reader(name, stream);
            try {
                return decode(name, reader, stream);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            // ImageIO reports hostile bytes by exceptions of many kinds
            if (e instanceof PictureException) {
                throw e;
            }
            throw new PictureException(name + ": the picture cannot be decoded: " + reason(e), e);
        }
    }

    private static final class PictureException extends IOException {
        private static final long serialVersionUID = 1;

        PictureException(String message) {
            super(message);
        }

        PictureException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private static String reason(Exception e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String message = deepest.getMessage();
        return message == null ? deepest.getClass().getSimpleName() : message;
    }

    private static ImageReader reader(String name, ImageInputStream stream) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            String format = reader.getFormatName().toLowerCase(Locale.ROOT);
            if (format.equals("png") || format.equals("jpeg")) {
                return reader;
            }
            reader.dispose();
        }
        throw new PictureException(name + ": neither a PNG nor a JPEG picture");
    }

    private static Picture decode(String name, ImageReader reader, ImageInputStream stream) throws IOException {
        AtomicBoolean cutShort = new AtomicBoolean();
        reader.addIIOReadWarningListener((source, warning) -> {
            // the JPEG reader's words for missing data; it greys out the rest and goes on
            if (warning.contains("Truncated") || warning.contains("premature end")) {
                cutShort.set(true);
            }
        });
        reader.setInput(stream, true, true);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > Picture.MAX_PIXELS) {
            throw new PictureException(name + ": a picture must have at most " + Picture.MAX_PIXELS
                    + " pixels, but this one is " + width + " x " + height);
        }
        BufferedImage image = reader.read(0);
        if (cutShort.get()) {
            throw new PictureException(name + ": the file ends before the picture does");
        }
        return image.getColorModel() instanceof IndexColorModel palette
                ? fromPalette(image.getRaster(), palette)
                : fromSamples(name, image.getRaster(), image.getColorModel());
    }

    private static Picture fromSamples(String name, Raster raster, ColorModel model) throws IOException {
        int colors = model.getNumColorComponents();
        int bits = model.getComponentSize(0);
        if (colors != 1 && colors != 3 || bits != 8 && bits != 16) {
            throw new PictureException(name + ": a picture must be grey or RGB with 8 or 16 bits, but this one has "
                    + colors + " colours of " + bits + " bits");
        }
        Picture picture = new Picture(raster.getHeight(), raster.getWidth(), colors, model.hasAlpha(), bits);
        int channels = picture.channels();
        int[] line = new int[Math.multiplyExact(raster.getWidth(), channels)];
        for (int row = 0; row < raster.getHeight(); row++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + row, raster.getWidth(), 1, line);
            for (int i = 0; i < line.length; i++) {
                picture.setSample(row, i / channels, i % channels, line[i]);
            }
        }
        return picture;
    }

    private static Picture fromPalette(Raster raster, IndexColorModel palette) {
        boolean grey = true;
        for (int entry = 0; entry < palette.getMapSize(); entry++) {
            grey &= palette.getRed(entry) == palette.getGreen(entry) && palette.getRed(entry) == palette.getBlue(entry);
        }
        Picture picture = new Picture(raster.getHeight(), raster.getWidth(), grey ? 1 : 3, palette.hasAlpha(), 8);
        int[] line = new int[raster.getWidth()];
        for (int row = 0; row < raster.getHeight(); row++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + row, raster.getWidth(), 1, line);
            for (int column = 0; column < line.length; column++) {
                int argb = palette.getRGB(line[column]);
                for (int color = 0; color < picture.colors(); color++) {
                    picture.setSample(row, column, color, argb >> 16 - 8 * color & 0xff);
                }
                if (picture.alpha()) {
                    picture.setSample(row, column, picture.colors(), argb >>> 24);
                }
            }
        }
        return picture;
    }
}
