package io.sparkhood.cuda;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How PTX texts come from the CUDA sources: what nvcc is told, and what is done to its output.
 *
 * <p>nvcc writes the newest PTX version, which only drivers as new as itself accept. The texts need less: version 7.4, which
 * drivers know since CUDA 11.4, once hints that later compilers may ignore are gone. Both assemblers check that what a text
 * uses is in the version it declares.
 */
final class KernelRecipe {
    private static final String PTX_VERSION = "7.4";
    private static final List<String> OPTIONS = List.of("-std=c++17", "-O3", "-arch=compute_80", "-ptx");

    private KernelRecipe() {}

    /** The command that compiles one module. */
    static List<String> command(Path nvcc, Path sources, KernelText kernel, Path output) {
        List<String> command = new ArrayList<>();
        command.add(nvcc.toString());
        command.addAll(OPTIONS);
        kernel.macros().forEach(macro -> command.add("-D" + macro));
        command.add("-o");
        command.add(output.toString());
        command.add(sources.resolve(kernel.source()).toString());
        return command;
    }

    /** nvcc's text without comments, line numbers and hints of later versions, declared as the older version. */
    static String lower(String ptx) {
        return ptx.lines()
                .map(line -> line.contains("//") ? line.substring(0, line.indexOf("//")) : line)
                .map(String::stripTrailing)
                .filter(line -> !line.isBlank() && !isHint(line.strip()))
                .map(line -> line.startsWith(".version") ? ".version " + PTX_VERSION : line)
                .map(line -> line.replaceFirst("^\\s+", "\t"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static boolean isHint(String line) {
        return line.startsWith(".loc\t")
                || line.startsWith(".loc ")
                || line.startsWith(".file")
                || line.contains("used_bytes_mask");
    }

    /** Everything but the sources that decides over the texts, for their hash. */
    static String text() {
        return OPTIONS + " lowered to " + PTX_VERSION + " "
                + KernelText.all().stream()
                        .map(kernel -> kernel.source() + kernel.macros())
                        .toList();
    }
}
