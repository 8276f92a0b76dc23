package io.sparkhood.jobs.denoise;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table that the job ends with: image, size, sigma, seconds of attention, PSNR of the result before rounding. Empty without rows. */
final class DenoiseTable {
    private final List<String> lines = new ArrayList<>();

    void add(String name, Clip clip, double sigma, Denoiser.Denoised denoised) {
        if (lines.isEmpty()) {
            lines.add(line("image", "size", "sigma", "seconds", "PSNR dB"));
        }
        int frames = clip.frames().size();
        lines.add(line(
                name,
                clip.width() + " x " + clip.height() + (frames > 1 ? " x " + frames : ""),
                number(sigma),
                number(denoised.seconds()),
                Double.isNaN(denoised.psnr()) ? "-" : number(denoised.psnr())));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String line(String name, String size, String sigma, String seconds, String psnr) {
        return String.format("%-24s %18s %7s %9s %8s%n", name, size, sigma, seconds, psnr);
    }

    @Override
    public String toString() {
        return String.join("", lines);
    }
}
