package io.sparkhood.notebook;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.image.Picture;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.apache.spark.sql.Row;

/**
 * Numbers on a token grid of one to three axes, row-major {@code [*extents, dim]}: a picture is {@code [height, width, 3]}, a
 * video {@code [frames, height, width, 3]}, in grey levels from 0 to 255. Immutable: arrays are copied in and out.
 */
public final class FeatureMap {
    private final float[] values; // [*extents, dim]
    private final int[] extents;
    private final int dim;

    FeatureMap(float[] values, int dim, int[] extents) {
        this.values = values;
        this.dim = dim;
        this.extents = extents;
    }

    /**
     * A map of these values.
     *
     * @param values row-major {@code [*extents, dim]}
     * @param dim numbers per token
     * @param extents tokens per axis, one to three axes
     * @throws IllegalArgumentException if there are not as many values as the sizes say
     */
    public static FeatureMap of(float[] values, int dim, int... extents) {
        if (extents.length < 1 || extents.length > 3) {
            throw new IllegalArgumentException("a feature map has 1, 2 or 3 axes, but extents are "
                    + Arrays.toString(extents) + "; the numbers of one token are its dim");
        }
        if ((long) values.length != Math.multiplyExact(tokens(extents), dim)) {
            throw new IllegalArgumentException("extents " + Arrays.toString(extents) + " of dim " + dim + " are "
                    + tokens(extents) * dim + " values, but " + values.length + " are given");
        }
        return new FeatureMap(values.clone(), dim, extents.clone());
    }

    /** The colours of a picture, {@code [height, width, colors]}. */
    public static FeatureMap of(Picture picture) {
        return new FeatureMap(picture.levels(), picture.colors(), new int[] {picture.height(), picture.width()});
    }

    /** A cell of a tensor column, {@code [*extents, heads, headDim]}: the heads of a token side by side. */
    public static FeatureMap of(Row tensor) {
        int[] shape = TensorStruct.shape(tensor);
        if (shape.length < 3) {
            throw new IllegalArgumentException(
                    "a tensor of a feature map has the shape [*extents, heads, headDim], but this" + " one has "
                            + Arrays.toString(shape));
        }
        int rank = shape.length - 2;
        return of(TensorStruct.values(tensor), shape[rank] * shape[rank + 1], Arrays.copyOf(shape, rank));
    }

    /**
     * Maps of one size as the slices of a new first axis: pictures become a video.
     *
     * @throws IllegalArgumentException if there is none, or they differ in size
     */
    public static FeatureMap stack(List<FeatureMap> slices) {
        if (slices.isEmpty()) {
            throw new IllegalArgumentException("a stack needs at least one feature map");
        }
        FeatureMap first = slices.get(0);
        int[] extents = new int[first.extents.length + 1];
        extents[0] = slices.size();
        System.arraycopy(first.extents, 0, extents, 1, first.extents.length);
        float[] values = new float[Math.multiplyExact(slices.size(), first.values.length)];
        for (int i = 0; i < slices.size(); i++) {
            first.requireSameSize(slices.get(i));
            System.arraycopy(slices.get(i).values, 0, values, i * first.values.length, first.values.length);
        }
        return new FeatureMap(values, first.dim, extents);
    }

    private static long tokens(int[] extents) {
        long tokens = 1;
        for (int extent : extents) {
            tokens = Math.multiplyExact(tokens, extent);
        }
        return tokens;
    }

    /** Tokens per axis. */
    public int[] extents() {
        return extents.clone();
    }

    /** Numbers per token. */
    public int dim() {
        return dim;
    }

    /** Tokens of the grid. */
    public int tokens() {
        return values.length / dim;
    }

    /** All numbers, {@code [*extents, dim]}, a new array. */
    public float[] values() {
        return values.clone();
    }

    /** One number of the token at this position. */
    public float at(int feature, int... position) {
        return values[token(position) * dim + Objects.checkIndex(feature, dim)];
    }

    /** Where the token at this position stands in row-major order. */
    int token(int... position) {
        if (position.length != extents.length) {
            throw new IllegalArgumentException("a position must have one value per axis: " + Arrays.toString(position)
                    + " on extents " + Arrays.toString(extents));
        }
        int token = 0;
        for (int axis = 0; axis < extents.length; axis++) {
            token = token * extents[axis] + Objects.checkIndex(position[axis], extents[axis]);
        }
        return token;
    }

    /** One slice of the first axis: a frame of a video. */
    public FeatureMap slice(int index) {
        if (extents.length == 1) {
            throw new IllegalArgumentException("a slice needs a second axis; use at(feature, position) on a sequence");
        }
        int length = values.length / extents[0];
        int from = Objects.checkIndex(index, extents[0]) * length;
        return new FeatureMap(
                Arrays.copyOfRange(values, from, from + length), dim, Arrays.copyOfRange(extents, 1, extents.length));
    }

    /** A rectangle of a picture. */
    public FeatureMap crop(int row, int column, int height, int width) {
        requirePicture();
        Objects.checkFromIndexSize(row, height, extents[0]);
        Objects.checkFromIndexSize(column, width, extents[1]);
        float[] cut = new float[height * width * dim];
        for (int i = 0; i < height; i++) {
            System.arraycopy(values, token(row + i, column) * dim, cut, i * width * dim, width * dim);
        }
        return new FeatureMap(cut, dim, new int[] {height, width});
    }

    /** The same map with white Gaussian noise of this standard deviation; one seed gives one noise. */
    public FeatureMap withNoise(double sigma, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        float[] noisy = values.clone();
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] += (float) (sigma * random.nextGaussian());
        }
        return new FeatureMap(noisy, dim, extents);
    }

    /** Root of the mean squared difference of two maps of one size. */
    public double rootMeanSquare(FeatureMap other) {
        requireSameSize(other);
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double difference = values[i] - other.values[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum / values.length);
    }

    /** Peak signal-to-noise ratio against the clean map, decibels of 255 grey levels; infinite where they are equal. */
    public double psnr(FeatureMap clean) {
        return 20 * Math.log10(Picture.MAX_LEVEL / rootMeanSquare(clean));
    }

    /** A cell of a tensor column with one head: float32 {@code [*extents, 1, dim]}. */
    public Row tensor() {
        return tensor(1);
    }

    /**
     * A cell of a tensor column: float32 {@code [*extents, heads, dim / heads]}.
     *
     * @throws IllegalArgumentException if heads does not divide dim
     */
    public Row tensor(int heads) {
        if (heads < 1 || dim % heads != 0) {
            throw new IllegalArgumentException("heads must divide the dim of the map, " + dim + ", but is " + heads);
        }
        int[] shape = Arrays.copyOf(extents, extents.length + 2);
        shape[extents.length] = heads;
        shape[extents.length + 1] = dim / heads;
        return TensorStruct.of(values, shape);
    }

    /**
     * The picture whose grey (dim 1) or red, green and blue (dim 3) levels these are; what lies beyond 0 to 255 is clipped.
     *
     * @throws IllegalArgumentException if it has other than two axes or another dim
     */
    public BufferedImage picture() {
        requirePicture();
        if (dim != 1 && dim != 3) {
            throw new IllegalArgumentException("a picture has 1 or 3 numbers per token, but this map has " + dim
                    + "; show one of them with HeatMap.of(map, feature)");
        }
        BufferedImage image = new BufferedImage(extents[1], extents[0], BufferedImage.TYPE_INT_RGB);
        for (int token = 0; token < tokens(); token++) {
            int rgb = 0;
            for (int color = 0; color < 3; color++) {
                float level = values[token * dim + (dim == 1 ? 0 : color)];
                rgb = rgb << 8 | Math.round(Math.max(0, Math.min(Picture.MAX_LEVEL, level)));
            }
            image.setRGB(token % extents[1], token / extents[1], rgb);
        }
        return image;
    }

    void requirePicture() {
        if (extents.length != 2) {
            throw new IllegalArgumentException("a picture has two axes, but this map has extents "
                    + Arrays.toString(extents) + "; take a slice of a video");
        }
    }

    private void requireSameSize(FeatureMap other) {
        if (dim != other.dim || !Arrays.equals(extents, other.extents)) {
            throw new IllegalArgumentException(
                    "feature maps must have one size, but one has " + this + " and the other " + other);
        }
    }

    /** Its sizes: {@code [height, width] of dim 3}. */
    @Override
    public String toString() {
        return Arrays.toString(extents) + " of dim " + dim;
    }
}
