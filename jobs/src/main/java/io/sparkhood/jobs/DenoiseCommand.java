package io.sparkhood.jobs;

import io.sparkhood.jobs.denoise.BackendSettings;
import io.sparkhood.jobs.denoise.DenoiseRun;
import io.sparkhood.jobs.denoise.DenoiseSettings;
import io.sparkhood.jobs.denoise.DenoiseSource;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of the denoise job. */
@Command(
        name = "denoise",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 100,
        description = "Removes noise from PNG and JPEG pictures by non-local means, as neighborhood attention. Writes"
                + " exactly one <base name>.png per picture. With three kernel sizes every sub-directory of numbered"
                + " frames is a video. Prints a table: image, size, sigma, seconds of attention, PSNR (before"
                + " rounding) where the clean picture is known.")
final class DenoiseCommand implements Callable<Integer> {
    @Option(names = "--input", required = true, paramLabel = "DIR", description = "Directory of pictures.")
    private @Nullable Path input;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Directory to write to.")
    private @Nullable Path output;

    @Option(
            names = "--noise-sigma",
            paramLabel = "S",
            description = "Standard deviation of the noise in grey levels, 0-255."
                    + " Default: that of --add-noise, else estimated from each picture.")
    private @Nullable Double noiseSigma;

    @Option(
            names = "--kernel-size",
            split = ",",
            paramLabel = "K",
            defaultValue = "21,21",
            description = "Window: rows,columns, or frames,rows,columns for videos. Default: 21,21.")
    private List<Integer> kernelSize = List.of();

    @Option(
            names = "--patch",
            paramLabel = "P",
            defaultValue = "7",
            description = "Rows and columns of the patches compared, odd. Default: 7.")
    private int patch;

    @Option(
            names = "--strength",
            paramLabel = "X",
            defaultValue = "0.5",
            description = "Filter width h over sigma: more smooths more. Default: 0.5.")
    private double strength;

    @Option(
            names = "--add-noise",
            paramLabel = "S",
            description = "First add Gaussian noise of this standard deviation; the input is then the clean picture.")
    private @Nullable Double addNoise;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Seed of --add-noise. Default: 0.")
    private long seed;

    @Option(
            names = "--clean",
            paramLabel = "DIR",
            description = "Directory of clean pictures of the same base names, for the PSNR.")
    private @Nullable Path clean;

    @Option(names = "--keep-noisy", paramLabel = "DIR", description = "Directory to write the noisy pictures to.")
    private @Nullable Path keepNoisy;

    @Mixin
    private BackendOptionsMixin backend = new BackendOptionsMixin();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (spec == null || input == null || output == null) {
            throw new IllegalStateException("picocli fills these before it calls");
        }
        backend.requireKnown();
        DenoiseSettings settings = new DenoiseSettings(
                input,
                output,
                noiseSigma == null ? OptionalDouble.empty() : OptionalDouble.of(noiseSigma),
                kernelSize,
                patch,
                strength,
                addNoise == null ? OptionalDouble.empty() : OptionalDouble.of(addNoise),
                seed,
                Optional.ofNullable(clean),
                Optional.ofNullable(keepNoisy),
                new BackendSettings(
                        backend.backend,
                        backend.backendThreads,
                        BackendOptionsMixin.optional(backend.scratchBytes),
                        BackendOptionsMixin.optional(backend.deviceMemoryBytes)));
        PrintWriter out = spec.commandLine().getOut();
        List<DenoiseSource> sources = DenoiseSource.list(settings, out);
        try (JobSession session = JobSession.open("denoise", out)) {
            new DenoiseRun(session.spark(), settings, out).run(sources);
        }
        return 0;
    }
}
