package io.sparkhood.image;

import java.io.Serializable;
import java.util.Objects;

/**
 * A picture in memory: row-major samples {@code [height, width, channels]}, grey or RGB (in that order), with or without
 * alpha as the last channel, 8 or 16 bits each. Seen from outside a sample is a grey level, a float from 0 to 255 whatever
 * the bits (16 bits in steps of 1/257). It is kept as compactly as in its file: 24 megapixels of 8-bit RGB take 72 MB.
 *
 * <p>Reading is safe from any number of threads; so is writing of different samples.
 */
public final class Picture implements Serializable {
    private static final long serialVersionUID = 1;

    /** The level of a full sample. */
    public static final float MAX_LEVEL = 255;

    /** 65535 / 255: 16-bit samples of one grey level. */
    private static final float WIDE_STEPS = 257;

    /** The largest picture in pixels: four channels of 16 bits stay well below an array's limit. */
    public static final long MAX_PIXELS = 1L << 27;

    private final int height;
    private final int width;
    private final int colors;
    private final boolean alpha;
    private final int bitDepth;
    private final byte[] samples; // [height, width, channels], 16-bit samples big-endian

    /**
     * A black picture, transparent if it has alpha.
     *
     * @param colors 1 for grey, 3 for RGB
     * @param bitDepth bits of a sample, 8 or 16
     * @throws IllegalArgumentException if a number is none of these, an extent is below 1, or it has more than {@link
     *     #MAX_PIXELS}
     */
    public Picture(int height, int width, int colors, boolean alpha, int bitDepth) {
        if (height < 1 || width < 1 || (long) height * width > MAX_PIXELS) {
            throw new IllegalArgumentException(
                    "a picture must have 1 to " + MAX_PIXELS + " pixels, but this one is " + width + " x " + height);
        }
        if (colors != 1 && colors != 3) {
            throw new IllegalArgumentException("colors must be 1 (grey) or 3 (RGB), but is " + colors);
        }
        if (bitDepth != 8 && bitDepth != 16) {
            throw new IllegalArgumentException("bitDepth must be 8 or 16, but is " + bitDepth);
        }
        this.height = height;
        this.width = width;
        this.colors = colors;
        this.alpha = alpha;
        this.bitDepth = bitDepth;
        this.samples = new byte[height * width * channels() * (bitDepth / 8)];
    }

    /**
     * An opaque 8-bit picture of these levels, rounded.
     *
     * @param levels row-major {@code [height, width, colors]}, 0 to 255; beyond is clipped
     * @throws IllegalArgumentException if there are not as many as the sizes say
     */
    public static Picture of(int height, int width, int colors, float[] levels) {
        Picture picture = new Picture(height, width, colors, false, 8);
        if (levels.length != picture.samples.length) {
            throw new IllegalArgumentException(
                    width + " x " + height + " pixels of " + colors + " colors are not " + levels.length + " levels");
        }
        for (int i = 0; i < levels.length; i++) {
            picture.put(i, levels[i]);
        }
        return picture;
    }

    /** Rows of pixels. */
    public int height() {
        return height;
    }

    /** Pixels of a row. */
    public int width() {
        return width;
    }

    /** Channels without alpha: 1 for grey, 3 for RGB. */
    public int colors() {
        return colors;
    }

    /** Whether the last channel is alpha. */
    public boolean alpha() {
        return alpha;
    }

    /** Channels, alpha included. */
    public int channels() {
        return colors + (alpha ? 1 : 0);
    }

    /** Bits of a sample: 8 or 16. */
    public int bitDepth() {
        return bitDepth;
    }

    /** Whether another picture has the same size, channels and bits. */
    public boolean sameForm(Picture other) {
        return height == other.height
                && width == other.width
                && colors == other.colors
                && alpha == other.alpha
                && bitDepth == other.bitDepth;
    }

    /** The level of one sample, 0 to 255. */
    public float level(int row, int column, int channel) {
        int index = index(row, column, channel);
        return bitDepth == 8 ? samples[index] & 0xff : wide(index) / WIDE_STEPS;
    }

    /** Rounds a level into one sample; beyond 0 to 255 it is clipped. */
    public void setLevel(int row, int column, int channel, float level) {
        put(index(row, column, channel), level);
    }

    /** The colour levels without alpha, a new array {@code [height, width, colors]}. */
    public float[] levels() {
        float[] levels = new float[Math.multiplyExact(height * width, colors)];
        int next = 0;
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                for (int color = 0; color < colors; color++) {
                    levels[next++] = level(row, column, color);
                }
            }
        }
        return levels;
    }

    /** A picture of the same form with the same alpha and black colours. */
    public Picture blank() {
        Picture blank = new Picture(height, width, colors, alpha, bitDepth);
        if (alpha) {
            int bytes = bitDepth / 8;
            int pixelBytes = channels() * bytes;
            for (int at = colors * bytes; at < samples.length; at += pixelBytes) {
                System.arraycopy(samples, at, blank.samples, at, bytes);
            }
        }
        return blank;
    }

    /** The stored sample, 0 to 255 or 65535. */
    int sample(int row, int column, int channel) {
        int index = index(row, column, channel);
        return bitDepth == 8 ? samples[index] & 0xff : wide(index);
    }

    /** Stores a sample, 0 to 255 or 65535. */
    void setSample(int row, int column, int channel, int sample) {
        store(index(row, column, channel), sample);
    }

    private void put(int index, float level) {
        float clipped = Math.max(0, Math.min(MAX_LEVEL, level)); // NaN becomes 0 in the cast below
        store(index, (int) ((bitDepth == 8 ? clipped : clipped * WIDE_STEPS) + 0.5f));
    }

    private void store(int index, int sample) {
        if (bitDepth == 16) {
            samples[index] = (byte) (sample >> 8);
            samples[index + 1] = (byte) sample;
        } else {
            samples[index] = (byte) sample;
        }
    }

    private int wide(int index) {
        return (samples[index] & 0xff) << 8 | samples[index + 1] & 0xff;
    }

    private int index(int row, int column, int channel) {
        Objects.checkIndex(column, width);
        Objects.checkIndex(channel, channels());
        return ((Objects.checkIndex(row, height) * width + column) * channels() + channel) * (bitDepth / 8);
    }
}
