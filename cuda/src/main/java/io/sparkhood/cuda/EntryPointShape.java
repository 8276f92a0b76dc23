package io.sparkhood.cuda;

import io.sparkhood.operator.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is fixed when an entry point is compiled: these numbers become macros of {@code neighborhood_attention.cu}, and the
 * launch relies on them. Every entry point is a module of its own, so that a driver compiles only what is launched.
 *
 * @param dtype element type
 * @param dim elements of a row of a tile, the larger of head and value dim rounded up
 * @param bias whether there is a relative position bias
 * @param queries of a block, 16 or 32 for each of its warps
 * @param keys of a tile
 * @param stages tiles of keys and values in shared memory
 * @param blocks of a multiprocessor at least; more of them leave fewer registers to each
 * @param queriesShared whether queries stay in shared memory instead of registers
 */
record EntryPointShape(
        DType dtype, int dim, boolean bias, int queries, int keys, int stages, int blocks, boolean queriesShared) {
    /** Threads of a block: 4 warps. */
    static final int THREADS = 128;

    private static final int WARPS = 4;

    private static final List<EntryPointShape> ALL = Arrays.stream(DType.values())
            .flatMap(dtype -> dtype == DType.FLOAT32 ? plain() : tensorCores(dtype))
            .toList();

    /**
     * Stages as many as leave room for the blocks, under the 99 KiB of compute capability 8.6. With 32 queries to a warp the
     * keys of dim 128 are read half as often, which is what bounds it; with a bias that does not fit the registers.
     */
    private static Stream<EntryPointShape> tensorCores(DType dtype) {
        return Stream.of(
                new EntryPointShape(dtype, 32, false, 64, 64, 3, 4, false),
                new EntryPointShape(dtype, 32, true, 64, 64, 3, 3, false),
                new EntryPointShape(dtype, 64, false, 64, 64, 3, 3, false),
                new EntryPointShape(dtype, 64, true, 64, 64, 3, 3, false),
                new EntryPointShape(dtype, 128, false, 128, 32, 2, 2, true),
                new EntryPointShape(dtype, 128, true, 64, 64, 2, 2, false),
                new EntryPointShape(dtype, 256, false, 64, 32, 2, 1, true),
                new EntryPointShape(dtype, 256, true, 64, 32, 2, 1, true));
    }

    private static Stream<EntryPointShape> plain() {
        return Stream.of(false, true)
                .flatMap(bias -> Stream.of(
                        new EntryPointShape(DType.FLOAT32, 32, bias, 64, 64, 2, 2, true),
                        new EntryPointShape(DType.FLOAT32, 64, bias, 64, 32, 2, 2, true),
                        new EntryPointShape(DType.FLOAT32, 128, bias, 64, 16, 2, 2, true),
                        new EntryPointShape(DType.FLOAT32, 256, bias, 64, 8, 2, 1, true)));
    }

    /** All that are compiled, the smaller dims first. */
    static List<EntryPointShape> all() {
        return ALL;
    }

    /** The smallest whose rows hold so many elements. */
    static Optional<EntryPointShape> of(DType dtype, int elements, boolean bias) {
        return ALL.stream()
                .filter(shape -> shape.dtype == dtype && shape.bias == bias && shape.dim >= elements)
                .findFirst();
    }

    /** The largest dim. */
    static int largestDim() {
        return ALL.stream().mapToInt(EntryPointShape::dim).max().orElseThrow();
    }

    /** Name of the PTX text, which lies next to this class. */
    String module() {
        return entryPoint() + ".ptx";
    }

    /** Name of the entry point. */
    String entryPoint() {
        return "neighborhood_attention_" + dtype + "_dim" + dim + (bias ? "_bias" : "");
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
                "SPARKHOOD_BIAS=" + bias,
                "SPARKHOOD_NAME=" + entryPoint(),
                "SPARKHOOD_QUERIES=" + queries,
                "SPARKHOOD_KEYS=" + keys,
                "SPARKHOOD_STAGES=" + stages,
                "SPARKHOOD_BLOCKS=" + blocks,
                "SPARKHOOD_QUERY_SHARED=" + queriesShared);
    }
}
