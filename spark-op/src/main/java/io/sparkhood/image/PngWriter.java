package io.sparkhood.image;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes PNG files with the channels and bits of the picture. */
public final class PngWriter {
    private PngWriter() {}

    /**
     * Writes a file, replacing one that exists.
     *
     * @throws IOException if it cannot be written
     */
    public static void write(Picture picture, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            write(picture, out);
        }
    }

    /** The file's bytes. */
    public static byte[] toBytes(Picture picture) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(picture, out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    private static void write(Picture picture, OutputStream out) throws IOException {
        BufferedImage image = image(picture);
        ImageWriter writer =
                ImageIO.getImageWriters(new ImageTypeSpecifier(image), "png").next();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(image);
        } finally {
            writer.dispose();
        }
    }

    private static BufferedImage image(Picture picture) {
        int channels = picture.channels();
        int type = picture.bitDepth() == 8 ? DataBuffer.TYPE_BYTE : DataBuffer.TYPE_USHORT;
        ColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(picture.colors() == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
                picture.alpha(),
                false,
                picture.alpha() ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
                type);
        WritableRaster raster = Raster.createInterleavedRaster(type, picture.width(), picture.height(), channels, null);
        int[] line = new int[Math.multiplyExact(picture.width(), channels)];
        for (int row = 0; row < picture.height(); row++) {
            for (int i = 0; i < line.length; i++) {
                line[i] = picture.sample(row, i / channels, i % channels);
            }
            raster.setPixels(0, row, picture.width(), 1, line);
        }
        return new BufferedImage(model, raster, false, null);
    }
}
