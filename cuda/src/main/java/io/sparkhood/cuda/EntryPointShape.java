package io.sparkhood.cuda;

import io.sparkhood.operator.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is fixed when the entry points of one module are compiled: these numbers become macros of
 * {@code neighborhood_attention.cu}, and the launch relies on them. The module has two entry points, without and with bias.
 *
 * @param dtype element type
 * @param dim elements of a row of a tile, the larger of head and value dim rounded up
 * @param queries of a block
 * @param keys of a tile
 * @param stages tiles of keys and values in shared memory
 * @param blocks of a multiprocessor at least; more of them leave fewer registers to each
 * @param blocksWithBias the same with bias
 * @param queriesShared whether queries stay in shared memory instead of registers
 */
record EntryPointShape(
        DType dtype,
        int dim,
        int queries,
        int keys,
        int stages,
        int blocks,
        int blocksWithBias,
        boolean queriesShared) {
    /** Threads of a block: 4 warps. */
    static final int THREADS = 128;

    private static final int WARPS = 4;

    /** By dtype, then by dim. */
    private static final List<EntryPointShape> ALL = Arrays.stream(DType.values())
            .flatMap(dtype -> dtype == DType.FLOAT32 ? plain().stream() : tensorCores(dtype).stream())
            .toList();

    /** Stages as many as leave room for several blocks; dim 256 stays under the 99 KiB of compute capability 8.6. */
    private static List<EntryPointShape> tensorCores(DType dtype) {
        return List.of(
                new EntryPointShape(dtype, 32, 64, 64, 3, 4, 3, false),
                new EntryPointShape(dtype, 64, 64, 64, 3, 3, 2, false),
                new EntryPointShape(dtype, 128, 64, 64, 2, 2, 2, false),
                new EntryPointShape(dtype, 256, 64, 32, 2, 1, 1, true));
    }

    private static List<EntryPointShape> plain() {
        return List.of(
                new EntryPointShape(DType.FLOAT32, 32, 64, 64, 2, 2, 2, true),
                new EntryPointShape(DType.FLOAT32, 64, 64, 32, 2, 2, 2, true),
                new EntryPointShape(DType.FLOAT32, 128, 64, 16, 2, 2, 2, true),
                new EntryPointShape(DType.FLOAT32, 256, 64, 8, 2, 1, 1, true));
    }

    /** All that are compiled. */
    static List<EntryPointShape> all() {
        return ALL;
    }

    /** The smallest whose rows hold so many elements. */
    static Optional<EntryPointShape> of(DType dtype, int elements) {
        return ALL.stream()
                .filter(shape -> shape.dtype == dtype && shape.dim >= elements)
                .findFirst();
    }

    /** The largest dim. */
    static int largestDim() {
        return ALL.stream().mapToInt(EntryPointShape::dim).max().orElseThrow();
    }

    /** Name of the PTX text, which lies next to this class. */
    String module() {
        return entryPoint(false) + ".ptx";
    }

    /** Name of the entry point. */
    String entryPoint(boolean bias) {
        return "neighborhood_attention_" + dtype.toString().toLowerCase(Locale.ROOT) + "_dim" + dim
                + (bias ? "_bias" : "");
    }

    /** Queries of one warp: they lie side by side in the query tile. */
    int warpQueries() {
        return queries / WARPS;
    }

    /** Dynamic shared memory of a block; the layout is in {@code tile_shape.cuh}. */
    int sharedBytes() {
        int rowBytes = dim * dtype.bytes();
        int tiles = stages * 2 * keys * rowBytes + (queriesShared ? queries * rowBytes : 0);
        int windows = (queries + 2) * 8;
        int reach = WARPS * 3 * 16;
        int contents = stages * 16;
        return tiles + windows + reach + contents;
    }

    /** The macros that compile it. */
    List<String> macros() {
        return List.of(
                "SPARKHOOD_ELEMENT=" + dtype,
                "SPARKHOOD_DIM=" + dim,
                "SPARKHOOD_QUERIES=" + queries,
                "SPARKHOOD_KEYS=" + keys,
                "SPARKHOOD_STAGES=" + stages,
                "SPARKHOOD_BLOCKS=" + blocks,
                "SPARKHOOD_BLOCKS_WITH_BIAS=" + blocksWithBias,
                "SPARKHOOD_QUERY_SHARED=" + (queriesShared ? 1 : 0));
    }
}
