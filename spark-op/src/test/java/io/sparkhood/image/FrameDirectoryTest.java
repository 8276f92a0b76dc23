package io.sparkhood.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameDirectoryTest {
    @TempDir
    Path directory;

    @Test
    void sortsByNumber() throws IOException {
        for (int number : new int[] {10, 9, 100}) {
            frame("cam2-" + number + ".png", 4);
        }
        Files.writeString(directory.resolve("notes.txt"), "no frame");
        FrameDirectory frames = FrameDirectory.of(directory);
        assertThat(frames.files())
                .extracting(file -> String.valueOf(file.getFileName()))
                .isEqualTo(List.of("cam2-9.png", "cam2-10.png", "cam2-100.png"));
        assertThat(FrameDirectory.read(frames.files()))
                .extracting(Picture::width)
                .containsExactly(4, 4, 4);
    }

    @Test
    void refusesFramesThatAreNoVideo() throws IOException {
        assertThatThrownBy(() -> FrameDirectory.of(directory))
                .isInstanceOf(IOException.class)
                .hasMessage(directory + ": a video must have a frame, but there is no PNG or JPEG picture");
        frame("1.png", 4);
        frame("2.png", 5);
        List<Path> files = FrameDirectory.of(directory).files();
        assertThatThrownBy(() -> FrameDirectory.read(files))
                .hasMessage("all frames must have one size, channels and bits, but " + directory.resolve("1.png")
                        + " is 4 x 2 x 1 of 8 bits and " + directory.resolve("2.png") + " is 5 x 2 x 1 of 8 bits");
        frame("01.png", 4);
        assertThatThrownBy(() -> FrameDirectory.of(directory))
                .hasMessage(directory + ": every frame must have its own number, but 01.png and 1.png share 1");
        Files.delete(directory.resolve("01.png"));
        frame("title.png", 4);
        assertThatThrownBy(() -> FrameDirectory.of(directory))
                .hasMessage(directory.resolve("title.png") + ": a frame of a video must have a number in its name");
    }

    private void frame(String name, int width) throws IOException {
        PngWriter.write(new Picture(2, width, 1, false, 8), directory.resolve(name));
    }
}
