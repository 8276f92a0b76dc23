package io.sparkhood.jobs.denoise;

import io.sparkhood.image.FrameDirectory;
import io.sparkhood.image.PictureReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One picture or video to denoise.
 *
 * @param name the picture's file name, or the video's directory
 * @param files the picture, or the frames in order
 * @param folder where its results go, relative to the output: empty for a picture, the directory's name for a video
 */
public record DenoiseSource(String name, List<Path> files, String folder) {
    /**
     * Lists what the settings ask for, in the order of names, without decoding a picture.
     *
     * @param log told of files and directories left aside
     * @throws IOException if a directory cannot be listed or a video's frames have no order
     * @throws IllegalArgumentException if there is nothing to do, or two results would have one name
     */
    public static List<DenoiseSource> list(DenoiseSettings settings, PrintWriter log) throws IOException {
        List<DenoiseSource> sources = new ArrayList<>();
        List<Path> entries;
        try (Stream<Path> listed = Files.list(settings.input())) {
            entries = listed.sorted().toList();
        }
        for (Path entry : entries) {
            String name = String.valueOf(entry.getFileName());
            if (Files.isDirectory(entry) && settings.video()) {
                sources.add(new DenoiseSource(name, FrameDirectory.of(entry).files(), name));
            } else if (Files.isDirectory(entry)) {
                log.println(name + " left aside: a directory is a video, and --kernel-size has no value for frames");
            } else if (PictureReader.reads(entry) && !settings.video()) {
                sources.add(new DenoiseSource(name, List.of(entry), ""));
            } else if (PictureReader.reads(entry)) {
                log.println(name + " left aside: with three values of --kernel-size only directories are denoised");
            }
        }
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("--input " + settings.input()
                    + (settings.video()
                            ? " has no directory of frames; for pictures give --kernel-size two values"
                            : " has no PNG or JPEG picture"));
        }
        requireDistinctResults(sources);
        return sources;
    }

    private static void requireDistinctResults(List<DenoiseSource> sources) {
        Map<Path, Path> byResult = new HashMap<>();
        for (DenoiseSource source : sources) {
            for (int frame = 0; frame < source.files().size(); frame++) {
                Path file = source.files().get(frame);
                Path result = source.result(Path.of(""), frame);
                Path first = byResult.putIfAbsent(result, file);
                if (first != null) {
                    throw new IllegalArgumentException("two pictures would have one result: " + first + " and " + file
                            + " both become " + result + "; rename one");
                }
            }
        }
    }

    private static String base(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(0, name.lastIndexOf('.'));
    }

    /** Where the result of a frame goes under a directory. */
    Path result(Path directory, int frame) {
        return directory.resolve(folder).resolve(base(files.get(frame)) + ".png");
    }

    /**
     * The clean pictures of the same base names under a directory, or nothing if one is missing.
     *
     * @param log told of the first one missing
     * @throws IOException if the directory cannot be listed
     */
    Optional<List<Path>> clean(Path directory, PrintWriter log) throws IOException {
        Path under = directory.resolve(folder);
        Map<String, Path> byBase = picturesByBase(under);
        List<Path> found = new ArrayList<>();
        for (Path file : files) {
            Path twin = byBase.get(base(file));
            if (twin == null) {
                log.println(name + ": no PSNR, for " + under + " has no clean picture named " + base(file));
                return Optional.empty();
            }
            found.add(twin);
        }
        return Optional.of(found);
    }

    /** Of several with one base name a PNG, which lost nothing. */
    private static Map<String, Path> picturesByBase(Path directory) throws IOException {
        Map<String, Path> byBase = new HashMap<>();
        if (!Files.isDirectory(directory)) {
            return byBase;
        }
        try (Stream<Path> listed = Files.list(directory)) {
            listed.filter(PictureReader::reads)
                    .sorted(Comparator.comparing(file -> file.toString().toLowerCase(Locale.ROOT))) // jpeg, jpg, png
                    .forEach(file -> byBase.put(base(file), file));
        }
        return byBase;
    }
}
