package io.sparkhood.image;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A directory of numbered pictures as a video: frame-2.png comes before frame-10.png. The number of a frame is the last one
 * in its name.
 */
public final class FrameDirectory {
    private static final Pattern LAST_NUMBER = Pattern.compile("(\\d+)\\D*$");

    private final List<Path> files;

    private FrameDirectory(List<Path> files) {
        this.files = files;
    }

    private record Numbered(BigInteger number, Path file) {}

    /**
     * Lists the frames without reading them.
     *
     * @throws IOException if the directory cannot be listed, holds no picture, or a picture has no number or another's
     */
    public static FrameDirectory of(Path directory) throws IOException {
        List<Numbered> frames = new ArrayList<>();
        try (Stream<Path> listed = Files.list(directory)) {
            for (Path file : listed.filter(PictureReader::reads).toList()) {
                frames.add(new Numbered(number(file), file));
            }
        }
        if (frames.isEmpty()) {
            throw new IOException(directory + ": a video must have a frame, but there is no PNG or JPEG picture");
        }
        frames.sort(Comparator.comparing(Numbered::number).thenComparing(Numbered::file));
        for (int i = 1; i < frames.size(); i++) {
            if (frames.get(i).number().equals(frames.get(i - 1).number())) {
                throw new IOException(directory + ": every frame must have its own number, but "
                        + frames.get(i - 1).file().getFileName() + " and "
                        + frames.get(i).file().getFileName() + " share "
                        + frames.get(i).number());
            }
        }
        return new FrameDirectory(frames.stream().map(Numbered::file).toList());
    }

    private static BigInteger number(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        Matcher number = LAST_NUMBER.matcher(name.substring(0, name.lastIndexOf('.')));
        if (!number.find()) {
            throw new IOException(file + ": a frame of a video must have a number in its name");
        }
        return new BigInteger(number.group(1));
    }

    /** The frames' files in order. */
    public List<Path> files() {
        return files;
    }

    /**
     * Reads pictures of one form.
     *
     * @throws IOException if one cannot be read or differs from the first in size, channels or bits
     */
    public static List<Picture> read(List<Path> files) throws IOException {
        List<Picture> frames = new ArrayList<>();
        for (Path file : files) {
            Picture frame = PictureReader.read(file);
            if (!frames.isEmpty() && !frame.sameForm(frames.get(0))) {
                throw new IOException("all frames must have one size, channels and bits, but " + files.get(0) + " is "
                        + form(frames.get(0)) + " and " + file + " is " + form(frame));
            }
            frames.add(frame);
        }
        return frames;
    }

    private static String form(Picture picture) {
        return picture.width() + " x " + picture.height() + " x " + picture.channels() + " of " + picture.bitDepth()
                + " bits";
    }
}
