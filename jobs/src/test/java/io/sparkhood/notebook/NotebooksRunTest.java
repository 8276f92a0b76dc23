package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What notebooks/run does with Jupyter's answers: a copy of it, beside scripts in place of Jupyter, Java, Maven and jobs/submit. */
class NotebooksRunTest {
    @TempDir
    Path root;

    private record Outcome(int exitCode, List<String> lines) {}

    @BeforeEach
    void makeProject() throws IOException {
        Files.createDirectories(root.resolve("jobs/target"));
        Files.createDirectories(root.resolve("notebooks"));
        Files.copy(Path.of("../notebooks/run"), root.resolve("notebooks/run"));
        Files.writeString(root.resolve("notebooks/01-a.ipynb"), "{}");
        Files.writeString(root.resolve("notebooks/02-b.ipynb"), "{}");
        Files.writeString(root.resolve("pom.xml"), "");
        Files.writeString(root.resolve("jobs/target/sparkhood-jobs-1.jar"), "");
        script("jobs/submit", "echo /the/home");
        script(
                "bin/mvn",
                "mkdir -p notebooks/target/kernel; touch notebooks/target/kernel/rapaio-jupyter-kernel-1.jar");
        script("java/bin/java", "printf '\\njava\\0-cp\\0spark.jar\\0-Xmx1g\\0Kernel\\0{connection_file}\\0'");
    }

    private void script(String name, String... lines) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Jupyter that counts what it is asked to execute, and then does as the lines say. */
    private void jupyter(String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "[[ \"$2\" == --version ]] && { [[ \"$1\" == nbconvert ]]; exit; }",
                "echo \"$@\" >>" + root + "/calls"));
        all.addAll(List.of(lines));
        script("bin/jupyter", all.toArray(String[]::new));
    }

    private Outcome runWith(String path, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/bash", root.resolve("notebooks/run") + ""));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", path);
        builder.environment().put("JAVA_HOME", root.resolve("java") + "");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output.lines().toList());
    }

    private Outcome run(String... arguments) throws IOException, InterruptedException {
        return runWith(root.resolve("bin") + ":/usr/bin:/bin", arguments);
    }

    private long calls() throws IOException {
        return Files.readAllLines(root.resolve("calls")).size();
    }

    @Test
    void saysInASentenceThatThereIsNoJupyter() throws Exception {
        script("few/dirname", "exec /usr/bin/dirname \"$@\"");
        Outcome execute = runWith(root.resolve("few") + "", "--execute");
        assertThat(execute.exitCode()).isEqualTo(2);
        assertThat(execute.lines())
                .containsExactly("There is no Jupyter to execute the notebooks with; on Debian: apt-get install"
                        + " jupyter-nbconvert jupyter-client; elsewhere: pip install jupyterlab.");
        Outcome open = runWith(root.resolve("few") + "");
        assertThat(open.exitCode()).isEqualTo(2);
        assertThat(open.lines())
                .containsExactly(
                        "There is neither JupyterLab nor Jupyter Notebook to open the notebooks with: pip install"
                                + " jupyterlab, or execute them with notebooks/run --execute.");
    }

    @Test
    void executesEveryNotebookOnAKernelThatIsADriver() throws Exception {
        jupyter("exit 0");
        Outcome outcome = run("--execute", "--master", "spark://host:7077", "--driver-memory", "3g");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.lines()).hasSize(2).allMatch(line -> line.matches("0[12]-[ab]: passed in \\d+ s"));
        assertThat(Files.readString(root.resolve("notebooks/target/jupyter/kernels/java/kernel.json")))
                .contains(
                        "\"-Dspark.master=spark://host:7077\"",
                        "\"-Xmx3g\"",
                        "\"io.sparkhood.notebook.NotebookKernel\", \"Kernel\", \"{connection_file}\"]")
                .contains("\"-Dspark.jars=" + root + "/jobs/target/sparkhood-jobs-1.jar\"")
                .contains("\"SPARK_HOME\": \"/the/home\"")
                .contains("\"" + root + "/jobs/target/sparkhood-jobs-1.jar:spark.jar:" + root
                        + "/notebooks/target/kernel/rapaio-jupyter-kernel-1.jar\"");
    }

    @Test
    void aKernelThatDoesNotStartIsTriedAgain() throws Exception {
        jupyter(
                "[[ $(wc -l <" + root + "/calls) -ge 3 ]] && exit 0",
                "echo \"RuntimeError: Kernel didn't respond in 40 seconds\" >&2",
                "exit 1");
        Outcome outcome = run("--execute", root.resolve("notebooks/01-a.ipynb") + "");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.lines())
                .hasSize(3)
                .startsWith(
                        "01-a: the kernel did not start (try 1 of 20)", "01-a: the kernel did not start (try 2 of 20)");
        assertThat(outcome.lines().get(2)).startsWith("01-a: passed in ");
    }

    @Test
    void aKernelThatEndsBecauseItStartedBadlyIsTriedAgain() throws Exception {
        jupyter(
                "[[ $(wc -l <" + root + "/calls) -ge 2 ]] && exit 0",
                "echo \"Of the kernel's 3 threads that read channels only 2 started; the kernel ends, so that Jupyter\" >&2",
                "echo 'nbclient.exceptions.DeadKernelError: Kernel died' >&2",
                "exit 1");
        Outcome outcome = run("--execute", root.resolve("notebooks/01-a.ipynb") + "");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.lines()).hasSize(2).startsWith("01-a: the kernel did not start (try 1 of 20)");
    }

    @Test
    void twentyTriesAreEnough() throws Exception {
        jupyter("echo 'RuntimeError: Kernel died before replying to kernel_info' >&2", "exit 1");
        Outcome outcome = run("--execute");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(calls()).isEqualTo(20);
        assertThat(outcome.lines().get(20))
                .isEqualTo("01-a: the kernel did not start in 20 tries; its log is " + root
                        + "/notebooks/target/logs/01-a.log");
    }

    @Test
    void aFailedCellIsNeverTriedAgainAndEndsTheRun() throws Exception {
        jupyter(
                "echo 'a trace' >&2",
                "echo 'nbclient.exceptions.CellExecutionError: An error occurred' >&2",
                "echo \"AssertionError: RuntimeError: Kernel didn't respond in 40 seconds\" >&2",
                "exit 1");
        Outcome outcome = run("--execute");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(calls()).isEqualTo(1);
        assertThat(outcome.lines().get(0)).isEqualTo("nbclient.exceptions.CellExecutionError: An error occurred");
        assertThat(outcome.lines().get(2)).startsWith("01-a: failed after ");
    }

    @Test
    void mistakesAreSaid() throws Exception {
        assertThat(run("--execute", "none.ipynb").lines()).containsExactly("There is no notebook none.ipynb.");
        assertThat(run("--fast").lines()).containsExactly("There is no option --fast; see notebooks/run --help.");
        assertThat(run("--master").lines()).containsExactly("--master needs a value");
        assertThat(run("--help").lines()).first().asString().startsWith("The Java notebooks: ");
    }
}
