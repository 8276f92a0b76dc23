package io.sparkhood.jobs.denoise;

import io.sparkhood.image.FrameDirectory;
import io.sparkhood.image.Picture;
import io.sparkhood.image.PngWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** The denoise job: clip by clip, so that the driver holds the samples of one clip at a time. */
public final class DenoiseRun {
    /**
     * Principal components of a patch that are compared. With the 1 of a query they make 24 elements per token; fewer cost
     * PSNR on fine texture, and more none but time (measured on jobs/samples at sigma 5 to 50).
     */
    static final int COMPONENTS = 23;

    private final SparkSession spark;
    private final DenoiseSettings settings;
    private final PrintWriter out;
    private final DenoiseTable table = new DenoiseTable();
    private boolean warm;

    /**
     * A run.
     *
     * @param out told of progress, and the table at the end
     */
    public DenoiseRun(SparkSession spark, DenoiseSettings settings, PrintWriter out) {
        this.spark = spark;
        this.settings = settings;
        this.out = out;
    }

    /**
     * Denoises all, one after the other. The table tells what was done, also where the next one failed.
     *
     * @throws IOException if a picture cannot be read or written, or a clean one differs in size; the message names it
     */
    public void run(List<DenoiseSource> sources) throws IOException {
        try {
            for (DenoiseSource source : sources) {
                denoise(source);
                out.flush();
            }
        } finally {
            out.print(table);
            out.flush();
        }
    }

    private void denoise(DenoiseSource source) throws IOException {
        Clip clip = clip(source);
        if (settings.keepNoisy().isPresent()) {
            for (int frame = 0; frame < clip.frames().size(); frame++) {
                write(clip.noisyFrame(frame), source.result(settings.keepNoisy().get(), frame));
            }
        }
        List<Picture> clean = clean(source, clip);
        double sigma = sigma(source, clip);
        Denoiser.Denoised denoised = sigma > 0 ? attend(source, clip, clean, sigma) : unchanged(source, clip, clean);
        for (int frame = 0; frame < denoised.frames().size(); frame++) {
            write(denoised.frames().get(frame), source.result(settings.output(), frame));
        }
        table.add(source.name(), clip, sigma, denoised);
    }

    private Clip clip(DenoiseSource source) throws IOException {
        Optional<GaussianNoise> noise = settings.addNoise().isPresent()
                ? Optional.of(new GaussianNoise(settings.addNoise().getAsDouble(), settings.seed()))
                : Optional.empty();
        return new Clip(FrameDirectory.read(source.files()), noise);
    }

    private List<Picture> clean(DenoiseSource source, Clip clip) throws IOException {
        if (settings.addNoise().isPresent()) {
            return clip.frames();
        }
        Optional<List<Path>> files =
                settings.clean().isPresent() ? source.clean(settings.clean().get(), out) : Optional.empty();
        if (files.isEmpty()) {
            return List.of();
        }
        List<Picture> clean = FrameDirectory.read(files.get());
        Picture first = clean.get(0);
        if (first.height() != clip.height() || first.width() != clip.width() || first.colors() != clip.colors()) {
            throw new IOException("a clean picture must have the size and colours of the noisy one, but "
                    + files.get().get(0) + " is " + first.width() + " x " + first.height() + " x " + first.colors()
                    + " and "
                    + source.files().get(0) + " is " + clip.width() + " x " + clip.height() + " x " + clip.colors());
        }
        return clean;
    }

    private double sigma(DenoiseSource source, Clip clip) {
        if (settings.noiseSigma().isPresent()) {
            return settings.noiseSigma().getAsDouble();
        }
        if (settings.addNoise().isPresent()) {
            return settings.addNoise().getAsDouble();
        }
        double sigma = SigmaEstimate.of(clip);
        out.printf(Locale.ROOT, "%s: estimated sigma %.2f%n", source.name(), sigma);
        return sigma;
    }

    private Denoiser.Denoised attend(DenoiseSource source, Clip clip, List<Picture> clean, double sigma) {
        List<Integer> extents = settings.video()
                ? List.of(clip.frames().size(), clip.height(), clip.width())
                : List.of(clip.height(), clip.width());
        List<Integer> kernelSize = new ArrayList<>();
        for (int axis = 0; axis < extents.size(); axis++) {
            kernelSize.add(Math.min(settings.kernelSize().get(axis), extents.get(axis)));
        }
        if (!kernelSize.equals(settings.kernelSize())) {
            out.println(source.name() + ": " + extents + " is smaller than the window " + settings.kernelSize()
                    + ", which is cut to " + kernelSize);
        }
        NonLocalMeans means = new NonLocalMeans(sigma, settings.strength(), kernelSize);
        PatchBasis basis = PatchBasis.of(clip, settings.patch(), COMPONENTS);
        TilePlan plan = TilePlan.of(extents, kernelSize, tokenBytes(basis), Executors.of(spark.sparkContext()));
        TileJob job = new TileJob(clip, basis, plan.grid(), clean);
        Denoiser denoiser = new Denoiser(spark, settings, plan);
        if (!warm) {
            out.println("warm-up on tiles of " + source.name() + ", not in the table");
            denoiser.warmUp(job, means);
            warm = true;
        }
        return denoiser.denoise(job, means);
    }

    /** Query and key, value and output of one pixel. */
    private static long tokenBytes(PatchBasis basis) {
        return 2L * (basis.components() + 1 + basis.colors()) * Float.BYTES;
    }

    /** Without noise there is nothing to remove, and h would be 0. */
    private Denoiser.Denoised unchanged(DenoiseSource source, Clip clip, List<Picture> clean) {
        out.println(source.name() + ": sigma is 0, so the picture stays as it is");
        return Denoiser.Denoised.unchanged(clip, clean);
    }

    private static void write(Picture picture, Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        PngWriter.write(picture, file);
    }
}
