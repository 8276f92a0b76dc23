package io.sparkhood.jobs.denoise;

import java.util.Arrays;

/**
 * The noise of a clip from its finest diagonal detail: median(|d|) / 0.6745 over the Haar details d = (a - b - c + e) / 2 of
 * 2 x 2 blocks, as Donoho and Johnstone do ("Ideal spatial adaptation by wavelet shrinkage", 1994); the mean over colours and
 * frames.
 */
final class SigmaEstimate {
    /** Median of |x| for a standard normal x. */
    private static final double NORMAL_MEDIAN = 0.6745;

    private SigmaEstimate() {}

    /** Standard deviation in grey levels; 0 where the clip has no 2 x 2 block. */
    static double of(Clip clip) {
        double sum = 0;
        int colors = clip.colors();
        int frames = clip.frames().size();
        for (int frame = 0; frame < frames; frame++) {
            for (int color = 0; color < colors; color++) {
                sum += median(details(clip, frame, color)) / NORMAL_MEDIAN;
            }
        }
        return sum / (colors * frames);
    }

    private static float[] details(Clip clip, int frame, int color) {
        int blocks = clip.width() / 2;
        float[] details = new float[Math.multiplyExact(clip.height() / 2, blocks)];
        for (int i = 0; i < details.length; i++) {
            int row = i / blocks * 2;
            int column = i % blocks * 2;
            float detail = clip.level(frame, row, column, color)
                    - clip.level(frame, row, column + 1, color)
                    - clip.level(frame, row + 1, column, color)
                    + clip.level(frame, row + 1, column + 1, color);
            details[i] = Math.abs(detail) / 2;
        }
        return details;
    }

    private static double median(float[] values) {
        if (values.length == 0) {
            return 0;
        }
        Arrays.parallelSort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
    }
}
