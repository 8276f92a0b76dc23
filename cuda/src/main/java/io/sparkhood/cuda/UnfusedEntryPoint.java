package io.sparkhood.cuda;

import io.sparkhood.operator.DType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * An entry point of attention in several launches. As with {@link EntryPointShape}, each is a module of its own, and its macros
 * are those of its source.
 *
 * @param source the file that is compiled
 * @param entryPoint its name
 * @param macros that compile it, beside the name
 */
record UnfusedEntryPoint(String source, String entryPoint, List<String> macros) {
    /** Threads of a block; the same number is in {@code unfused_parameter.cuh}. */
    static final int THREADS = 128;

    /** Makes weights of scores, whatever the element type. */
    static final UnfusedEntryPoint SOFTMAX = of("slot_softmax.cu", "slot_softmax");

    UnfusedEntryPoint {
        macros = List.copyOf(macros);
    }

    private static UnfusedEntryPoint of(String source, String name, String... macros) {
        return new UnfusedEntryPoint(
                source,
                name,
                Stream.concat(Stream.of("SPARKHOOD_NAME=" + name), Arrays.stream(macros))
                        .toList());
    }

    /** One thread for each query, head and slot. */
    static UnfusedEntryPoint naiveScores(DType dtype) {
        return of("naive_scores.cu", "neighborhood_scores_naive_" + dtype, "SPARKHOOD_ELEMENT=" + dtype);
    }

    /** One thread for each query, head and element of the output. */
    static UnfusedEntryPoint naiveAggregate(DType dtype) {
        return of("naive_aggregate.cu", "neighborhood_aggregate_naive_" + dtype, "SPARKHOOD_ELEMENT=" + dtype);
    }

    /** All that are compiled. */
    static List<UnfusedEntryPoint> all() {
        Stream<UnfusedEntryPoint> typed =
                Arrays.stream(DType.values()).flatMap(dtype -> Stream.of(naiveScores(dtype), naiveAggregate(dtype)));
        return Stream.concat(typed, Stream.of(SOFTMAX)).toList();
    }

    /** Name of the PTX text, which lies next to this class. */
    String module() {
        return entryPoint + ".ptx";
    }
}
