package io.sparkhood.jobs.place;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealPathTest {
    @TempDir
    Path directory;

    private Path in;

    @BeforeEach
    void link() throws IOException {
        in = Files.createDirectory(directory.toRealPath().resolve("in"));
        Files.createSymbolicLink(directory.resolve("link"), in);
    }

    @Test
    void followsLinksOfWhatExistsAndOfItsAncestors() {
        assertThat(RealPath.of(directory.resolve("link"))).isEqualTo(in);
        assertThat(RealPath.of(directory.resolve("link/new/a.png"))).isEqualTo(in.resolve("new/a.png"));
    }

    @Test
    void followsLinksBehindWhatDoesNotExist() {
        assertThat(RealPath.of(directory.resolve("new/../link"))).isEqualTo(in);
        assertThat(RealPath.of(directory.resolve("in/../link/."))).isEqualTo(in);
    }

    @Test
    void startsARelativePathInTheWorkingDirectory() throws IOException {
        assertThat(RealPath.of(Path.of("no/such")))
                .isEqualTo(Path.of("").toRealPath().resolve("no/such"));
    }
}
