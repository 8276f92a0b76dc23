package io.sparkhood.cuda;

import io.sparkhood.operator.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is fixed when an entry point is compiled: these numbers become macros of its source, and the launch relies on them.
 * Every entry point is a module of its own, so that a driver compiles only what is launched.
 *
 * @param family how keys reach the warps
 * @param dtype element type
 * @param dim elements of a row of a tile, the larger of head and value dim rounded up
 * @param bias whether there is a relative position bias
 * @param queries of a block
 * @param keys of a tile, or of a warp's step through a halo
 * @param stages tiles of keys and values in shared memory; 1 for a halo, which lies there whole
 * @param blocks of a multiprocessor at least; more of them leave fewer registers to each
 * @param queriesShared whether queries stay in shared memory instead of registers
 */
record EntryPointShape(
        Family family,
        DType dtype,
        int dim,
        boolean bias,
        int queries,
        int keys,
        int stages,
        int blocks,
        boolean queriesShared) {
    /** How keys reach the warps. */
    enum Family {
        /** Tile after tile through a ring of stages: any window. */
        STREAM("neighborhood_attention"),
        /** All keys of a block's queries at once: small windows. */
        HALO("neighborhood_attention_halo");

        private final String source;

        Family(String source) {
            this.source = source;
        }
    }

    private static final int LANES = 32;
    /** What a thread keeps of a step through a halo. */
    private static final int STEP_BYTES = 8;

    private static final int STREAM_WARPS = 4;
    /** Queries of one matrix instruction. */
    private static final int INSTRUCTION_QUERIES = 16;

    private static final int REGISTERS = 65_536;
    private static final int MOST_REGISTERS = 255;

    private static final List<EntryPointShape> ALL = Stream.concat(
                    Arrays.stream(DType.values())
                            .flatMap(dtype -> dtype == DType.FLOAT32 ? split() : tensorCores(dtype)),
                    Stream.of(DType.FLOAT16, DType.BFLOAT16).flatMap(EntryPointShape::halos))
            .toList();

    /**
     * Stages as many as leave room for the blocks, under the 99 KiB of compute capability 8.6. With 32 queries to a warp the
     * keys of dim 128 are read half as often, which is what bounds it; with a bias that does not fit the registers.
     */
    private static Stream<EntryPointShape> tensorCores(DType dtype) {
        return Stream.of(
                stream(dtype, 32, false, 64, 64, 3, 4, false),
                stream(dtype, 32, true, 64, 64, 3, 3, false),
                stream(dtype, 64, false, 64, 64, 3, 3, false),
                stream(dtype, 64, true, 64, 64, 3, 3, false),
                stream(dtype, 128, false, 128, 32, 2, 2, true),
                stream(dtype, 128, true, 64, 64, 2, 2, false),
                stream(dtype, 256, false, 64, 32, 2, 1, true),
                stream(dtype, 256, true, 64, 32, 2, 1, true));
    }

    /**
     * As many keys as leave room for two blocks under 163 KiB of shared memory, of dim 256 under 99 KiB for one. The parts of
     * 32 queries to a warp do not fit the registers.
     */
    private static Stream<EntryPointShape> split() {
        return Stream.of(false, true)
                .flatMap(bias -> Stream.of(
                        stream(DType.FLOAT32, 32, bias, 64, 32, 2, 3, true),
                        stream(DType.FLOAT32, 64, bias, 64, 32, 2, 2, true),
                        stream(DType.FLOAT32, 128, bias, 64, 16, 2, 2, true),
                        stream(DType.FLOAT32, 256, bias, 64, 8, 2, 1, true)));
    }

    /** Steps of 32 keys: of 64 they overhang small windows more, and cost a block of every multiprocessor. */
    private static Stream<EntryPointShape> halos(DType dtype) {
        return Stream.of(
                halo(dtype, 32, false, 64, 32, 5),
                halo(dtype, 32, true, 64, 32, 4),
                halo(dtype, 64, false, 64, 32, 3),
                halo(dtype, 64, true, 64, 32, 3));
    }

    private static EntryPointShape stream(
            DType dtype, int dim, boolean bias, int queries, int keys, int stages, int blocks, boolean queriesShared) {
        return new EntryPointShape(Family.STREAM, dtype, dim, bias, queries, keys, stages, blocks, queriesShared);
    }

    private static EntryPointShape halo(DType dtype, int dim, boolean bias, int queries, int keys, int blocks) {
        return new EntryPointShape(Family.HALO, dtype, dim, bias, queries, keys, 1, blocks, false);
    }

    /** All that are compiled, the smaller dims first. */
    static List<EntryPointShape> all() {
        return ALL;
    }

    /** Of every family the smallest whose rows hold so many elements, the stream first. */
    static List<EntryPointShape> of(DType dtype, int elements, boolean bias) {
        List<EntryPointShape> found = new ArrayList<>();
        for (Family family : Family.values()) {
            of(family, dtype, elements, bias).ifPresent(found::add);
        }
        return found;
    }

    /** The smallest of a family whose rows hold so many elements. */
    static Optional<EntryPointShape> of(Family family, DType dtype, int elements, boolean bias) {
        return ALL.stream()
                .filter(shape -> shape.family == family && shape.dtype == dtype)
                .filter(shape -> shape.bias == bias && shape.dim >= elements)
                .findFirst();
    }

    /** The largest dim. */
    static int largestDim() {
        return ALL.stream().mapToInt(EntryPointShape::dim).max().orElseThrow();
    }

    /** The file that is compiled. */
    String source() {
        return family.source + ".cu";
    }

    /** Name of the PTX text, which lies next to this class. */
    String module() {
        return entryPoint() + ".ptx";
    }

    /** Name of the entry point. */
    String entryPoint() {
        return family.source + "_" + dtype + "_dim" + dim + (bias ? "_bias" : "");
    }

    /** Warps of a block. */
    int warps() {
        return family == Family.HALO ? queries / INSTRUCTION_QUERIES : STREAM_WARPS;
    }

    /** Threads of a block. */
    int threads() {
        return warps() * LANES;
    }

    /** Registers of a thread at most, such that the blocks have room. */
    int registers() {
        return Math.min(MOST_REGISTERS, REGISTERS / (blocks * threads()) / 8 * 8);
    }

    /** Queries of one warp: they lie side by side in the query tile. */
    int warpQueries() {
        return queries / warps();
    }

    /**
     * Dynamic shared memory of a block; the layout is in {@code tile_shape.cuh} and {@code halo_shape.cuh}.
     *
     * @param haloRows keys that it holds at once; 0 where they are streamed
     * @param haloSteps steps of a warp through them at most; 0 where they are streamed
     */
    int sharedBytes(int haloRows, int haloSteps) {
        int rowBytes = dim * dtype.bytes();
        int windows = (queries + 2) * 8;
        if (family == Family.HALO) {
            int keysAt = (queries * rowBytes + windows + queries * Integer.BYTES + 127) / 128 * 128;
            int keys = Math.multiplyExact(2 * rowBytes + Integer.BYTES, haloRows);
            return Math.addExact(keysAt, Math.addExact(keys, Math.multiplyExact(threads() * STEP_BYTES, haloSteps)));
        }
        int tiles = stages * 2 * keys * rowBytes + (queriesShared ? queries * rowBytes : 0);
        int reach = STREAM_WARPS * 3 * 16;
        int contents = stages * 16;
        return tiles + windows + reach + contents;
    }

    /** The macros that compile it. */
    List<String> macros() {
        Stream<String> common = Stream.of(
                "SPARKHOOD_ELEMENT=" + dtype,
                "SPARKHOOD_DIM=" + dim,
                "SPARKHOOD_BIAS=" + bias,
                "SPARKHOOD_NAME=" + entryPoint(),
                "SPARKHOOD_QUERIES=" + queries,
                "SPARKHOOD_KEYS=" + keys,
                "SPARKHOOD_BLOCKS=" + blocks);
        Stream<String> own = family == Family.HALO
                ? Stream.of("SPARKHOOD_WARPS=" + warps())
                : Stream.of("SPARKHOOD_STAGES=" + stages, "SPARKHOOD_QUERY_SHARED=" + queriesShared);
        return Stream.concat(common, own).toList();
    }
}
