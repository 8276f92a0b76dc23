package io.sparkhood.cuda;

import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.Comparator;
import java.util.stream.LongStream;

/**
 * What a launch is predicted to take: a model to choose by, not a promise. Its rates are those of NVIDIA's data sheets, its
 * instructions were counted in the emulator; nothing in it was fitted to times.
 *
 * <pre>
 * seconds(rows) = the longest of memory, cache and computing + a tenth of the other two, which never hide entirely
 *
 * memory     every input and output once, over the memory's bytes per second
 * cache      queries, outputs, and the keys and values that all blocks copy, over 32 bytes per clock and multiprocessor
 * computing  waves of blocks: as many are resident at once as registers and shared memory leave room for, and share the
 *            multiprocessor; the last wave has fewer
 *
 * clocks of a wave   = blocks on a multiprocessor x (setup + rows of a block x arithmetic) + rows of a block x waits
 * setup       instructions (96 per clock) of what is the same in every row of the batch: blocks of a halo take several
 * arithmetic  the busiest of three pipes: matrix units (4 dim operations per visited pair, in float32 as slow as 6 times as
 *             many), exponentials (16 per clock), or
 *             instructions: per warp, per tile, and per pair, more where a mask or a bias is needed. With less
 *             than 12 warps on a multiprocessor they idle in proportion
 * waits       for memory before the first key, and between tiles of keys for the slowest warp: the other blocks compute
 * </pre>
 *
 * <p>Of halos one pass without maxima is counted: not the maxima that they search where there are additional tokens, nor a
 * second pass, which depends on the scores.
 *
 * @param setupClocks of one block alone on its multiprocessor, whatever rows it takes
 * @param arithmeticClocks of one block alone on its multiprocessor, for each row
 * @param waitClocks of one block, for each row
 * @param cacheBytes of one row
 * @param memoryBytes of one row
 * @param blocks with queries, of one row
 * @param residentBlocks of one multiprocessor at once
 * @param warps of a block
 * @param mostRowsPerBlock rows that a block can take
 */
record LaunchCost(
        DeviceLimits limits,
        double setupClocks,
        double arithmeticClocks,
        double waitClocks,
        double cacheBytes,
        double memoryBytes,
        long blocks,
        int residentBlocks,
        int warps,
        int mostRowsPerBlock) {
    /** Enough that the last wave is as good as full: what plans are compared at. */
    private static final long MANY_ROWS = 1 << 20;

    private static final double NOT_HIDDEN = 0.1;
    private static final double CACHE_BYTES_PER_CLOCK = 32;
    private static final double EXPONENTIALS_PER_CLOCK = 16;
    /** Of lanes: three of four warps issue in every clock. */
    private static final double INSTRUCTIONS_PER_CLOCK = 96;

    private static final double BUSY_WARPS = 12;
    private static final double MEMORY_CLOCKS = 1000;
    private static final double BARRIER_CLOCKS = 100;
    /** Where a driver does not tell. */
    private static final long UNKNOWN_CLOCK_HERTZ = 1_000_000_000;
    /** Beside its own, a block takes so many bytes of shared memory for the system. */
    private static final int RESERVED_SHARED_BYTES = 1024;

    private static final int WARP_LANES = 32;

    /**
     * Instructions that were counted of a family.
     *
     * @param setup of a warp, once for all rows that its block takes
     * @param stepSetup likewise, for each of its tiles
     * @param warp of a warp in each row, before its first tile and after its last one
     * @param dim likewise, for each element of a query
     * @param copy of a lane for 16 bytes of a key and as many of its value
     * @param tile of a warp: where its keys lie; where weights are relative to the maximum, that and the sum
     * @param shrink of a lane for each of its sums, which a new maximum changes
     * @param softmax of a pair: maximum, exponent, sum, rounding
     * @param mask of a pair
     * @param bias of a pair
     * @param mostRows of the batch that a block takes
     */
    private record Rates(
            double setup,
            double stepSetup,
            double warp,
            double dim,
            double copy,
            double tile,
            double shrink,
            double softmax,
            double mask,
            double bias,
            int mostRows) {
        /** Beyond 16 rows what is done once for all hardly counts, and blocks become uneven. */
        private static final Rates HALO = new Rates(450, 180, 225, 6.2, 26, 47, 0, 3.5, 3, 6, 16);
        /** All is done for each row; what copies keys and makes masks is among the instructions of tiles. */
        private static final Rates STREAM = new Rates(0, 0, 1350, 0, 0, 300, 1, 4.5, 5, 10, 1);

        static Rates of(EntryPointShape shape) {
            return shape.family() == Family.HALO ? HALO : STREAM;
        }
    }

    /** Predicts. */
    static LaunchCost of(LaunchPlan plan) {
        NeighborhoodAttentionOperator operator = plan.operator();
        DeviceLimits limits = plan.limits();
        long blocks = Math.multiplyExact(plan.liveBlocks(), operator.heads());
        return new LaunchCost(
                limits,
                setupInstructions(plan) / INSTRUCTIONS_PER_CLOCK,
                arithmeticClocks(plan, limits) / plan.liveBlocks(),
                waitClocks(plan),
                cacheBytes(plan),
                operator.rowBytes(),
                blocks,
                residentBlocks(plan, limits),
                plan.shape().warps(),
                Rates.of(plan.shape()).mostRows());
    }

    /** Rows of the batch that every block should take, such that they take least in all. */
    long rowsPerBlock(long rows) {
        return LongStream.rangeClosed(1, Math.min(rows, mostRowsPerBlock))
                .boxed()
                .min(Comparator.comparingDouble(each -> seconds(rows, each)))
                .orElse(1L);
    }

    /** Seconds that so many rows take. */
    double seconds(long rows) {
        return seconds(rows, rowsPerBlock(rows));
    }

    private double seconds(long rows, long rowsPerBlock) {
        double clock = limits.clockHertz() == 0 ? UNKNOWN_CLOCK_HERTZ : limits.clockHertz();
        double launched = blocks * Math.ceil((double) rows / rowsPerBlock);
        double onMultiprocessor = Math.ceil(launched / limits.multiprocessors());
        double fullWaves = Math.floor(onMultiprocessor / residentBlocks);
        double clocks = fullWaves * waveClocks(residentBlocks, rowsPerBlock)
                + waveClocks(onMultiprocessor % residentBlocks, rowsPerBlock);
        double computing = clocks / clock;
        double memory = limits.memoryBytesPerSecond() == 0 ? 0 : rows * memoryBytes / limits.memoryBytesPerSecond();
        double cache = rows * cacheBytes / (CACHE_BYTES_PER_CLOCK * limits.multiprocessors() * clock);
        double longest = Math.max(computing, Math.max(memory, cache));
        return longest + NOT_HIDDEN * (computing + memory + cache - longest);
    }

    private double waveClocks(double blocksAtOnce, long rowsPerBlock) {
        if (blocksAtOnce == 0) {
            return 0;
        }
        double busy = Math.min(1, blocksAtOnce * warps / BUSY_WARPS);
        double ofBlock = setupClocks + rowsPerBlock * arithmeticClocks;
        return blocksAtOnce * ofBlock / busy + rowsPerBlock * waitClocks;
    }

    /** Seconds of a row among very many, whatever the batch. */
    double secondsPerRow() {
        return seconds(MANY_ROWS) / MANY_ROWS;
    }

    /** Blocks that registers and shared memory of a multiprocessor leave room for, at least 1. */
    private static int residentBlocks(LaunchPlan plan, DeviceLimits limits) {
        EntryPointShape shape = plan.shape();
        int byRegisters = limits.registersPerMultiprocessor() / (shape.registers() * shape.threads());
        int byShared = limits.sharedBytesPerMultiprocessor() / (plan.sharedBytes() + RESERVED_SHARED_BYTES);
        return Math.max(1, Math.min(byRegisters, byShared));
    }

    /** Of all blocks of one head and row. */
    private static double arithmeticClocks(LaunchPlan plan, DeviceLimits limits) {
        EntryPointShape shape = plan.shape();
        double pairs = plan.visitedPairs();
        double matrix = pairs * 4 * shape.dim() / matrixOperationsPerClock(shape.dtype(), limits.computeCapability());
        double exponentials = pairs / EXPONENTIALS_PER_CLOCK;
        double instructions = instructions(plan) / INSTRUCTIONS_PER_CLOCK;
        return Math.max(Math.max(matrix, exponentials), instructions);
    }

    /** Of a block: where queries and keys lie, and what is seen of each step. */
    private static double setupInstructions(LaunchPlan plan) {
        EntryPointShape shape = plan.shape();
        Rates rates = Rates.of(shape);
        double steps = (double) plan.boxes().visitedPairs() / shape.keys() / shape.warpQueries() / plan.liveBlocks();
        return WARP_LANES * (rates.setup() * shape.warps() + rates.stepSetup() * steps);
    }

    private static double instructions(LaunchPlan plan) {
        EntryPointShape shape = plan.shape();
        Rates rates = Rates.of(shape);
        double pairs = plan.visitedPairs();
        double tiles = pairs / shape.keys() / shape.warpQueries(); // of warps
        double lanes = WARP_LANES * (double) plan.liveBlocks() * shape.warps();
        double sums = shape.warpQueries() * shape.dim() / (double) WARP_LANES; // of a lane
        double perTile = rates.tile() + rates.shrink() * sums;
        double perPair = rates.softmax() + (shape.bias() ? rates.bias() : 0) + matrixInstructions(shape);
        double chunks =
                (double) plan.boxes().copiedKeys() * shape.dim() * shape.dtype().bytes() / 16;
        return (rates.warp() + rates.dim() * shape.dim()) * lanes
                + rates.copy() * chunks
                + perTile * WARP_LANES * tiles
                + perPair * pairs
                + rates.mask() * plan.boxes().maskedPairs();
    }

    /** Of a pair: on tensor cores 2 of 16 x 8 x 16 and half as many loads by a warp. */
    private static double matrixInstructions(EntryPointShape shape) {
        return shape.dtype() == DType.FLOAT32
                ? splitInstructions(shape)
                : 3.0 * WARP_LANES * shape.dim() / (16 * 8 * 16);
    }

    /**
     * Of a pair in float32, whose elements a warp splits in 4 instructions each: for every 16 dims 16 queries (once for all
     * lines of 8 keys of a tile), and a line with 6 matrix instructions and 4 sums; for every line 16 queries' weights; for
     * every 8 dims a line of values with 3 matrix instructions, and 4 sums for two lines.
     */
    private static double splitInstructions(EntryPointShape shape) {
        double lines = shape.keys() / 8.0;
        double scores = (34 / lines + 27) * shape.dim() / 16;
        double values = 16 + (11.5 + 4 / Math.min(2, lines)) * shape.dim() / 8;
        return (scores + values) * WARP_LANES / (16 * 8);
    }

    /** Of one multiprocessor, by mma.sync with sums in float32; in float32 three products, each at half the rate. */
    private static double matrixOperationsPerClock(DType dtype, int computeCapability) {
        double halves = computeCapability == 86 || computeCapability == 89 ? 1024 : 2048;
        return dtype == DType.FLOAT32 ? halves / 6 : halves;
    }

    private static double cacheBytes(LaunchPlan plan) {
        NeighborhoodAttentionOperator operator = plan.operator();
        int rowBytes =
                (operator.headDim() + operator.valueDim()) * operator.dtype().bytes();
        double keys = plan.boxes().copiedKeys() + (double) plan.liveBlocks() * operator.additionalTokens();
        return operator.heads() * rowBytes * (keys + operator.tokens());
    }

    private static double waitClocks(LaunchPlan plan) {
        double additional = plan.operator().additionalTokens();
        if (plan.shape().family() == Family.HALO) {
            return MEMORY_CLOCKS * (1 + Math.ceil(additional / plan.boxes().haloRows()));
        }
        int keys = plan.shape().keys();
        double tiles = (double) plan.boxes().copiedKeys() / keys / plan.liveBlocks() + Math.ceil(additional / keys);
        return MEMORY_CLOCKS + tiles * BARRIER_CLOCKS;
    }
}
