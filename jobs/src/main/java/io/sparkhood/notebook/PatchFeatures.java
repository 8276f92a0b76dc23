package io.sparkhood.notebook;

import java.util.Arrays;

/**
 * Queries and keys that compare patches of a picture. With P the levels of the patch around a pixel over the root of their
 * number, the query is (2 P, 1) and the key (P, -|P|^2): their product is |P_i|^2 - |P_i - P_j|^2, of which the softmax only sees the mean
 * squared difference of the two patches. Attention with scale 1 / h^2 and the colours as values is then non-local means of
 * filter strength h (Buades, Coll and Morel, "A non-local algorithm for image denoising", 2005).
 */
public final class PatchFeatures {
    private PatchFeatures() {}

    /** Queries of every pixel of a picture, or of every frame of a video, with patches of patch x patch pixels. */
    public static FeatureMap query(FeatureMap levels, int patch) {
        return of(levels, patch, 2);
    }

    /** Keys of every pixel of a picture, or of every frame of a video, with patches of patch x patch pixels. */
    public static FeatureMap key(FeatureMap levels, int patch) {
        return of(levels, patch, 1);
    }

    /** Queries have factor 2 and end in 1, keys have factor 1 and end in the square. */
    private static FeatureMap of(FeatureMap levels, int patch, int factor) {
        if (patch < 1 || patch % 2 == 0) {
            throw new IllegalArgumentException("a patch must have an odd number of pixels per axis, but is " + patch);
        }
        int[] extents = levels.extents();
        if (extents.length < 2) {
            throw new IllegalArgumentException(
                    "patches need a picture or a video, but this map has extents " + Arrays.toString(extents));
        }
        Pixels pixels = new Pixels(levels, extents[extents.length - 2], extents[extents.length - 1]);
        int dim = patch * patch * levels.dim() + 1;
        float[] features = new float[Math.multiplyExact(levels.tokens(), dim)];
        float[] one = new float[dim - 1];
        for (int token = 0; token < levels.tokens(); token++) {
            float square = pixels.patch(token, patch, one);
            for (int i = 0; i < one.length; i++) {
                features[token * dim + i] = factor * one[i];
            }
            features[token * dim + dim - 1] = factor == 2 ? 1 : -square;
        }
        return new FeatureMap(features, dim, extents);
    }

    /** The pixels of a picture, or of frames one after the other, mirrored at the borders. */
    private record Pixels(float[] levels, int dim, int height, int width) {
        Pixels(FeatureMap map, int height, int width) {
            this(map.values(), map.dim(), height, width);
        }

        /** Writes the patch around a token and returns its sum of squares. */
        float patch(int token, int size, float[] patch) {
            int frame = token / (height * width) * height;
            int top = token / width % height - size / 2;
            int left = token % width - size / 2;
            float root = (float) Math.sqrt(patch.length);
            float square = 0;
            for (int i = 0; i < patch.length; i++) {
                int row = mirrored(top + i / dim / size, height);
                int column = mirrored(left + i / dim % size, width);
                patch[i] = levels[((frame + row) * width + column) * dim + i % dim] / root;
                square += patch[i] * patch[i];
            }
            return square;
        }

        private static int mirrored(int position, int extent) {
            int period = Math.max(1, 2 * (extent - 1));
            int folded = Math.floorMod(position, period);
            return Math.min(folded, period - folded) % extent;
        }
    }
}
