package io.sparkhood.jobs.denoise;

import java.io.Serializable;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * The leading principal components of a clip's patches: one basis per clip, so that tiles have the features of the uncut
 * clip. A patch is {@code [colors, patch, patch]} divided by the square root of its length, so that squared distances are
 * mean squared differences; noise of standard deviation sigma then has sigma^2 / length in every component. Components that
 * are left out hold mostly noise, so distances become cheaper and steadier (Tasdizen, "Principal Neighborhood Dictionaries
 * for Nonlocal Means Image Denoising", 2009).
 *
 * @param patch rows and columns of a patch, odd
 * @param colors channels of a patch
 * @param weights [components, colors, patch, patch], orthogonal, of length 1 / sqrt(colors x patch x patch)
 * @param means [components], the mean patch in this basis
 */
record PatchBasis(int patch, int colors, float[] weights, float[] means) implements Serializable {
    /** Patches that the covariance is taken from: 50 and more per entry of a colour patch. */
    private static final int SAMPLES = 8192;

    /** Step of the positions sampled, as a share of the clip: the golden ratio spreads them evenly whatever the width. */
    private static final double GOLDEN_STEP = 0.6180339887498949;

    /**
     * The basis of a clip, a pure function of its levels.
     *
     * @param patch odd
     * @param maxComponents components kept, where a patch has as many
     */
    static PatchBasis of(Clip clip, int patch, int maxComponents) {
        int length = clip.colors() * patch * patch;
        double[] mean = new double[length];
        // symmetric, so its eigenvectors are orthonormal and come with the largest eigenvalue first
        EigenDecomposition eigen =
                new EigenDecomposition(new Array2DRowRealMatrix(covariance(clip, patch, mean), false));
        int components = Math.min(length, maxComponents);
        float[] weights = new float[components * length];
        float[] means = new float[components];
        double norm = 1 / Math.sqrt(length);
        for (int component = 0; component < components; component++) {
            double[] vector = eigen.getEigenvector(component).toArray();
            double projected = 0;
            for (int i = 0; i < length; i++) {
                weights[component * length + i] = (float) (norm * vector[i]);
                projected += norm * vector[i] * mean[i];
            }
            means[component] = (float) projected;
        }
        return new PatchBasis(patch, clip.colors(), weights, means);
    }

    /** Components kept. */
    int components() {
        return means.length;
    }

    /** Elements of a whole patch. */
    int length() {
        return colors * patch * patch;
    }

    /** The share of the noise's variance that the components hold: what the distance of two patches still has of it. */
    double noiseShare() {
        return (double) components() / length();
    }

    private static double[][] covariance(Clip clip, int patch, double[] mean) {
        int length = mean.length;
        int samples = (int) Math.min(SAMPLES, clip.tokens());
        float[][] patches = new float[samples][];
        for (int sample = 0; sample < samples; sample++) {
            double along = samples == clip.tokens() ? (double) sample / samples : sample * GOLDEN_STEP % 1;
            patches[sample] = patchAt(clip, patch, (long) (along * clip.tokens()));
            for (int i = 0; i < length; i++) {
                mean[i] += patches[sample][i] / (double) samples;
            }
        }
        double[][] covariance = new double[length][length];
        double[] centred = new double[length];
        for (float[] values : patches) {
            for (int i = 0; i < length; i++) {
                centred[i] = values[i] - mean[i];
            }
            for (int i = 0; i < length; i++) {
                addScaled(covariance[i], centred, centred[i] / samples, i + 1);
            }
        }
        for (int i = 0; i < length; i++) {
            for (int j = 0; j < i; j++) {
                covariance[j][i] = covariance[i][j];
            }
        }
        return covariance;
    }

    private static void addScaled(double[] sum, double[] values, double factor, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += factor * values[i];
        }
    }

    private static float[] patchAt(Clip clip, int patch, long token) {
        int column = (int) (token % clip.width());
        int row = (int) (token / clip.width() % clip.height());
        int frame = (int) (token / clip.width() / clip.height());
        float[] values = new float[clip.colors() * patch * patch]; // [colors, patch, patch]
        for (int i = 0; i < values.length; i++) {
            values[i] = clip.level(
                    frame,
                    Mirror.inside(row + i / patch % patch - patch / 2, clip.height()),
                    Mirror.inside(column + i % patch - patch / 2, clip.width()),
                    i / (patch * patch));
        }
        return values;
    }
}
