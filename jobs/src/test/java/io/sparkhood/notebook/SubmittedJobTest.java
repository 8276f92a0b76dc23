package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With scripts in place of jobs/submit, which LauncherIT tests. */
class SubmittedJobTest {
    @TempDir
    Path directory;

    private Path script(String... lines) throws IOException {
        Path file = directory.resolve("submit");
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    @Test
    void returnsWhatTheJobPrints() throws Exception {
        Path submit = script("echo a warning >&2", "printf '%s\\n' \"$@\"");
        assertThat(SubmittedJob.run(submit, "doctor", "--master", "local[1]"))
                .containsExactly("doctor", "--master", "local[1]");
    }

    @Test
    void aJobThatFailsIsAnErrorWithItsLastWord() throws Exception {
        Path submit = script("echo first >&2", "echo There is no job. >&2", "exit 2");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> SubmittedJob.run(submit, "nothing"))
                .withMessage("nothing ended with exit code 2: There is no job.");
    }
}
