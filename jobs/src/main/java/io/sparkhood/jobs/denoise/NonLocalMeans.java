package io.sparkhood.jobs.denoise;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.List;

/**
 * Non-local means (Buades, Coll, Morel, "A non-local algorithm for image denoising", 2005) as the parameters of neighborhood
 * attention over {@link TileFeatures}: scale 1/h^2 with h = strength x sigma, and a bias at the centre. A pixel's own patch
 * has distance 0 while true twins have 2 sigma^2 of noise between them, in as far as the basis holds it; a bias of minus that
 * over h^2 on the pixel itself keeps it from drowning the rest.
 *
 * @param sigma standard deviation of the noise in grey levels, above 0
 * @param strength h / sigma, above 0
 * @param kernelSize window, one extent per axis
 */
record NonLocalMeans(double sigma, double strength, List<Integer> kernelSize) {
    double scale() {
        double h = strength * sigma;
        return 1 / (h * h);
    }

    /** Relative position bias of the one head, flattened row-major: 0 but for the centre. */
    double[] bias(PatchBasis basis) {
        int length = 1;
        for (int extent : kernelSize) {
            length = Math.multiplyExact(length, 2 * extent - 1);
        }
        double[] bias = new double[length];
        bias[length / 2] = -2 * basis.noiseShare() / (strength * strength); // every extent is odd: this is the middle
        return bias;
    }

    /** The operator over tiles of these extents. */
    NeighborhoodAttentionOperator operator(List<Integer> featureMap, PatchBasis basis) {
        return NeighborhoodAttentionOperator.on(featureMap.toArray(Integer[]::new))
                .kernelSize(kernelSize.stream().mapToInt(Integer::intValue).toArray())
                .headDim(basis.components() + 1)
                .valueDim(basis.colors())
                .scale(scale())
                .relativePositionBias(true)
                .build();
    }
}
