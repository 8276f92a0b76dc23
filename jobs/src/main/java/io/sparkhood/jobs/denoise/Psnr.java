package io.sparkhood.jobs.denoise;

import io.sparkhood.image.Picture;
import java.util.List;

/** Peak signal-to-noise ratio of levels from 0 to 255. */
final class Psnr {
    private Psnr() {}

    /** Decibels of a clip with its noise against the clean frames; infinite where they are equal. */
    static double of(Clip clip, List<Picture> clean) {
        double squaredErrors = 0;
        for (int frame = 0; frame < clean.size(); frame++) {
            for (int row = 0; row < clip.height(); row++) {
                for (int i = 0; i < clip.width() * clip.colors(); i++) {
                    int column = i / clip.colors();
                    int color = i % clip.colors();
                    double error = clip.level(frame, row, column, color)
                            - clean.get(frame).level(row, column, color);
                    squaredErrors += error * error;
                }
            }
        }
        return of(squaredErrors, clip.tokens() * clip.colors());
    }

    /** Decibels; infinite where the error is 0. */
    static double of(double squaredErrors, long samples) {
        return 10 * Math.log10(Picture.MAX_LEVEL * Picture.MAX_LEVEL * (double) samples / squaredErrors);
    }
}
