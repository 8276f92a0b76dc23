package io.sparkhood.jobs.denoise;

import java.io.Serializable;

/**
 * White Gaussian noise as a pure function of seed and position, so that every tile makes its own part of it. Box-Muller over
 * the hash of SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
 *
 * @param sigma standard deviation, in grey levels
 */
record GaussianNoise(double sigma, long seed) implements Serializable {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    /** The noise of the sample at this position. */
    double at(long position) {
        long first = mix(mix(seed) + GOLDEN * (2 * position + 1));
        long second = mix(mix(seed) + GOLDEN * (2 * position + 2));
        double radius = Math.sqrt(-2 * Math.log(1 - unit(first))); // 1 - [0, 1) is never 0
        return sigma * radius * Math.cos(2 * Math.PI * unit(second));
    }

    private static double unit(long bits) {
        return (bits >>> 11) * 0x1p-53;
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
