package io.sparkhood.jobs.denoise;

import io.sparkhood.jobs.place.RealPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What the denoise job is asked to do, checked when it is made.
 *
 * @param noiseSigma standard deviation of the noise in grey levels; empty: that of addNoise, else estimated
 * @param kernelSize window: rows and columns, or frames, rows and columns
 * @param patch rows and columns of a patch, odd
 * @param strength h / sigma
 * @param addNoise standard deviation of noise to add first; the input is then the clean picture
 * @param seed of that noise
 * @param clean directory of clean pictures to compare with
 * @param keepNoisy directory to write noisy pictures to
 * @param backend where to compute
 */
public record DenoiseSettings(
        Path input,
        Path output,
        OptionalDouble noiseSigma,
        List<Integer> kernelSize,
        int patch,
        double strength,
        OptionalDouble addNoise,
        long seed,
        Optional<Path> clean,
        Optional<Path> keepNoisy,
        BackendSettings backend) {

    /** The time to find the components grows with the sixth power; a colour patch of this size takes seconds. */
    private static final int MAX_PATCH = 15;

    /** The filter's width h divides squared: far below this 1/h^2 is infinite and the result black. */
    private static final double LEAST_WIDTH = 1e-3;

    public DenoiseSettings {
        kernelSize = List.copyOf(kernelSize);
        require(
                kernelSize.size() == 2 || kernelSize.size() == 3,
                "--kernel-size must have 2 values for pictures or 3 for videos, but has " + kernelSize.size());
        for (int extent : kernelSize) {
            require(extent >= 1, "--kernel-size must be at least 1 on every axis, but is " + kernelSize);
        }
        require(patch >= 1 && patch % 2 == 1, "--patch must be odd and at least 1, but is " + patch);
        require(patch <= MAX_PATCH, "--patch must be at most " + MAX_PATCH + ", but is " + patch);
        require(
                strength >= LEAST_WIDTH && Double.isFinite(strength),
                "--strength must be at least " + LEAST_WIDTH + ", but is " + strength);
        requireLevel("--noise-sigma", noiseSigma);
        requireLevel("--add-noise", addNoise);
        for (Path written : Stream.concat(Stream.of(output), keepNoisy.stream()).toList()) {
            for (Path read : Stream.concat(Stream.of(input), clean.stream()).toList()) {
                require(
                        !same(written, read),
                        "results must not be written over pictures that are read: " + written
                                + " is both; choose another directory");
            }
        }
        require(
                keepNoisy.isEmpty() || !same(output, keepNoisy.get()),
                "--output and --keep-noisy must be different directories, but both are " + output);
        require(
                addNoise.isEmpty() || clean.isEmpty(),
                "--clean and --add-noise exclude each other: with --add-noise the input is the clean picture");
        clean.ifPresent(directory ->
                require(Files.isDirectory(directory), "--clean " + directory + ": there is no such directory"));
    }

    private static boolean same(Path one, Path other) {
        return RealPath.of(one).equals(RealPath.of(other));
    }

    private static void requireLevel(String option, OptionalDouble sigma) {
        if (sigma.isPresent()) {
            double value = sigma.getAsDouble();
            require(value >= 0 && value <= 255, option + " must be 0 to 255 grey levels, but is " + value);
            require(
                    value == 0 || value >= LEAST_WIDTH,
                    option + " must be 0 or at least " + LEAST_WIDTH + " grey levels, but is " + value);
        }
    }

    private static void require(boolean rule, String sentence) {
        if (!rule) {
            throw new IllegalArgumentException(sentence);
        }
    }

    /** Whether videos are denoised rather than pictures. */
    boolean video() {
        return kernelSize.size() == 3;
    }
}
