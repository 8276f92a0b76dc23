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
 * @param macros that compile it
 * @param sharedBytes dynamic shared memory of a block
 */
record UnfusedEntryPoint(String source, String entryPoint, List<String> macros, int sharedBytes) {
    /** Threads of a block; the same number is in {@code unfused_parameter.cuh}. */
    static final int THREADS = 128;

    /** Makes weights of scores, whatever the element type. */
    static final UnfusedEntryPoint SOFTMAX = of("slot_softmax.cu", "slot_softmax", 0);

    /** Of a row of a tile of the implicit matrix products; the same numbers are in {@code gemm_tile.cuh}. */
    private static final int ROW_BYTES = 128;

    private static final int STAGES = 2;

    UnfusedEntryPoint {
        macros = List.copyOf(macros);
    }

    private static UnfusedEntryPoint of(String source, String name, int sharedBytes, String... macros) {
        return new UnfusedEntryPoint(
                source,
                name,
                Stream.concat(Stream.of("SPARKHOOD_NAME=" + name), Arrays.stream(macros))
                        .toList(),
                sharedBytes);
    }

    /** One thread for each query, head and slot. */
    static UnfusedEntryPoint naiveScores(DType dtype) {
        return of("naive_scores.cu", "neighborhood_scores_naive_" + dtype, 0, "SPARKHOOD_ELEMENT=" + dtype);
    }

    /** One thread for each query, head and element of the output. */
    static UnfusedEntryPoint naiveAggregate(DType dtype) {
        return of("naive_aggregate.cu", "neighborhood_aggregate_naive_" + dtype, 0, "SPARKHOOD_ELEMENT=" + dtype);
    }

    /** Tiles of queries against tiles of keys. */
    static UnfusedEntryPoint gemmScores(DType dtype) {
        String name = "neighborhood_scores_gemm_" + dtype;
        return of("gemm_scores.cu", name, STAGES * 2 * GemmBoxes.TILE * ROW_BYTES, "SPARKHOOD_ELEMENT=" + dtype);
    }

    /**
     * Tiles of weights against tiles of values.
     *
     * @param weights their type in the product: float32, or that of the values, for which tensor cores do it
     */
    static UnfusedEntryPoint gemmAggregate(DType dtype, DType weights) {
        boolean tensorCores = weights != DType.FLOAT32;
        String name = "neighborhood_aggregate_gemm_" + dtype + (tensorCores ? "_rounded" : "");
        return of(
                "gemm_aggregate.cu",
                name,
                STAGES * GemmBoxes.TILE * ROW_BYTES,
                "SPARKHOOD_ELEMENT=" + dtype,
                "SPARKHOOD_TENSOR_CORES=" + tensorCores);
    }

    /** Value elements of a block of an aggregate. */
    static int valueChunk(DType dtype) {
        return ROW_BYTES / dtype.bytes();
    }

    /** All that are compiled. */
    static List<UnfusedEntryPoint> all() {
        Stream<UnfusedEntryPoint> typed = Arrays.stream(DType.values())
                .flatMap(dtype -> Stream.of(
                        naiveScores(dtype),
                        naiveAggregate(dtype),
                        gemmScores(dtype),
                        gemmAggregate(dtype, DType.FLOAT32),
                        gemmAggregate(dtype, dtype)));
        return Stream.concat(typed, Stream.of(SOFTMAX)).distinct().toList();
    }

    /** Name of the PTX text, which lies next to this class. */
    String module() {
        return entryPoint + ".ptx";
    }
}
