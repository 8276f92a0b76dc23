package io.sparkhood.cuda;

import java.util.List;
import java.util.stream.Stream;

/**
 * One PTX text that ships.
 *
 * @param module its name
 * @param source the file that is compiled
 * @param macros that it is compiled with
 */
record KernelText(String module, String source, List<String> macros) {
    /** All of them. */
    static List<KernelText> all() {
        return Stream.concat(
                        EntryPointShape.all().stream()
                                .map(shape -> new KernelText(shape.module(), shape.source(), shape.macros())),
                        UnfusedEntryPoint.all().stream()
                                .map(code -> new KernelText(code.module(), code.source(), code.macros())))
                .toList();
    }
}
