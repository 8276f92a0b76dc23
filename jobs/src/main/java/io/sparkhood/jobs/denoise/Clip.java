package io.sparkhood.jobs.denoise;

import io.sparkhood.image.Picture;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is denoised: one picture, or the frames of a video, all of one form, with noise added or without. Kept as the files'
 * samples; the noisy levels, which are clipped to 0-255 but not rounded, are made where they are read.
 */
final class Clip implements Serializable {
    private static final long serialVersionUID = 1;

    private final List<Picture> frames;
    private final @Nullable GaussianNoise noise;

    Clip(List<Picture> frames, Optional<GaussianNoise> noise) {
        this.frames = List.copyOf(frames);
        this.noise = noise.orElse(null);
    }

    List<Picture> frames() {
        return frames;
    }

    int height() {
        return frames.get(0).height();
    }

    int width() {
        return frames.get(0).width();
    }

    /** 1 for grey, 3 for RGB. */
    int colors() {
        return frames.get(0).colors();
    }

    /** Pixels of all frames. */
    long tokens() {
        return (long) frames.size() * height() * width();
    }

    /** The level with its noise, 0 to 255. */
    float level(int frame, int row, int column, int color) {
        float level = frames.get(frame).level(row, column, color);
        if (noise == null) {
            return level;
        }
        long pixel = ((long) frame * height() + row) * width() + column;
        double noisy = level + noise.at(pixel * colors() + color);
        return (float) Math.max(0, Math.min(Picture.MAX_LEVEL, noisy));
    }

    /** A frame with its noise, rounded, with the alpha of the file. */
    Picture noisyFrame(int frame) {
        Picture noisy = frames.get(frame).blank();
        for (int row = 0; row < height(); row++) {
            for (int column = 0; column < width(); column++) {
                for (int color = 0; color < colors(); color++) {
                    noisy.setLevel(row, column, color, level(frame, row, column, color));
                }
            }
        }
        return noisy;
    }
}
