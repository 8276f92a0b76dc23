package io.sparkhood.jobs;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttendPathsTest {
    @TempDir
    Path directory;

    private String in;

    @BeforeEach
    void makeTable() throws IOException {
        Path table = Files.createDirectory(directory.resolve("in"));
        Files.createFile(table.resolve("part-0.parquet"));
        Files.createSymbolicLink(directory.resolve("link"), table);
        in = table.toString();
    }

    @Test
    void refusesOneTableUnderTwoSpellings() {
        apart(in, in);
        apart(in, in + "/");
        apart(in + "/", "file:" + in);
        apart("file://" + in, directory + "/x/../in");
        apart(in, directory.resolve("link").toString());
        apart(directory.resolve("link").toString(), in);
    }

    @Test
    void refusesATableInTheOther() {
        apart(in, in + "/out");
        apart(in, directory.resolve("link/out").toString());
        apart(in, directory.toString());
        apart(directory + "/i*", "file:" + directory);
        apart(directory + "/*", in);
    }

    @Test
    void acceptsTablesSideBySide() {
        accepted(in, in + "-out");
        accepted(in + "/*.parquet", directory.resolve("out").toString());
    }

    @Test
    void acceptsAnOutputWithoutFiles() throws IOException {
        Path out = directory.resolve("out");
        Files.createDirectories(out.resolve("_temporary"));
        accepted(in, out.toString());
        Files.createFile(out.resolve("_temporary/part-0"));
        assertThatThrownBy(() -> check(in, out.toString(), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--output " + out + " exists; choose another path, or replace it with --overwrite");
        assertThatCode(() -> check(in, out.toString(), true)).doesNotThrowAnyException();
    }

    @Test
    void refusesAnInputThatIsMissing() {
        missing(directory.resolve("no-such").toString());
        missing(directory + "/no-*");
    }

    private static void apart(String input, String output) {
        assertThatThrownBy(() -> check(input, output, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--output must neither be nor hold nor lie in --input, for a table cannot be read while it"
                        + " is replaced, but --input is " + input + " and --output is " + output);
    }

    private static void accepted(String input, String output) {
        assertThatCode(() -> check(input, output, false)).doesNotThrowAnyException();
    }

    private void missing(String input) {
        assertThatThrownBy(() -> check(input, directory.resolve("out").toString(), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--input " + input + ": there is no such table");
    }

    private static void check(String input, String output, boolean overwrite) throws IOException {
        new AttendPaths(input, output, overwrite).check(new Configuration());
    }
}
