package io.sparkhood.cuda;

import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;

/**
 * What a launch is predicted to take. A model to choose by, not a promise; its constants are the rates of NVIDIA's data sheets
 * and rough counts of the instructions that the compiler made. All work is that of one row.
 *
 * <pre>
 * seconds(rows) = max(memory, cache, arithmetic) + waits
 *
 * memory      every input and output once, over the memory's bytes per second
 * cache       the keys and values that all blocks copy, and queries and outputs, over 32 bytes per clock and multiprocessor
 * arithmetic  visited pairs x clocks of a pair, over the multiprocessors and their clock; of a pair the busiest pipe counts:
 *             matrix units (4 dim operations), exponentials (16 per clock), or the rest (128 per clock, where a mask or a bias
 *             adds to the softmax, and what is done once per tile is shared by its pairs). With less than 16 warps on a
 *             multiprocessor pipes idle in proportion
 * waits       a block waits for memory before its first key, and between tiles of keys for the slowest warp; the other blocks
 *             of its multiprocessor compute meanwhile
 * </pre>
 *
 * Arithmetic and waits come in waves: as many blocks at once as registers and shared memory leave room for.
 *
 * @param pairs pairs of a query and a key that warps compute
 * @param maskedPairs of them those that need a mask
 * @param cacheBytes copied to shared memory and written from it
 * @param memoryBytes of all tensors
 * @param blocks with queries
 * @param residentBlocks of one multiprocessor at once
 * @param blockClocks of one block's arithmetic and waits, where all its multiprocessor's blocks have their turn
 */
record LaunchCost(
        DeviceLimits limits,
        double pairs,
        double maskedPairs,
        double cacheBytes,
        double memoryBytes,
        long blocks,
        int residentBlocks,
        double blockClocks) {
    /** Enough that the last wave is as good as full: what plans are compared at. */
    private static final long MANY_ROWS = 1 << 20;

    private static final double CACHE_BYTES_PER_CLOCK = 32;
    private static final double EXPONENTIALS_PER_CLOCK = 16;
    private static final double INSTRUCTIONS_PER_CLOCK = 128;
    private static final int BUSY_WARPS = 16;
    private static final double MEMORY_CLOCKS = 1000;
    private static final double BARRIER_CLOCKS = 100;
    /** Maximum, exponent, sum, rounding. */
    private static final double SOFTMAX_INSTRUCTIONS = 5;

    private static final double MASK_INSTRUCTIONS = 5;
    private static final double BIAS_INSTRUCTIONS = 4;
    /** Of a lane, per tile: addresses, shuffles, what the mask is made of. */
    private static final double TILE_INSTRUCTIONS = 60;

    private static final int WARP_LANES = 32;
    /** Beside its own, a block takes so many bytes of shared memory for the system. */
    private static final int RESERVED_SHARED_BYTES = 1024;

    /** Predicts. */
    static LaunchCost of(LaunchPlan plan, DeviceLimits limits) {
        NeighborhoodAttentionOperator operator = plan.operator();
        double heads = operator.heads();
        long blocks = Math.multiplyExact(plan.liveBlocks(), operator.heads());
        double pairs = heads * plan.visitedPairs();
        double masked = heads * plan.boxes().maskedPairs();
        int resident = residentBlocks(plan, limits);
        double busy = Math.min(1.0, (double) resident * plan.shape().warps() / BUSY_WARPS);
        double arithmetic = arithmeticClocks(plan, limits, pairs, masked) / busy / blocks;
        return new LaunchCost(
                limits,
                pairs,
                masked,
                cacheBytes(plan),
                operator.rowBytes(),
                blocks,
                resident,
                arithmetic * resident + waitClocks(plan));
    }

    /** Seconds that so many rows take. */
    double seconds(long rows) {
        double clock = limits.clockHertz();
        double waves = Math.ceil(rows * (double) blocks / residentBlocks / limits.multiprocessors());
        double computing = waves * blockClocks / clock;
        double memory = limits.memoryBytesPerSecond() == 0 ? 0 : rows * memoryBytes / limits.memoryBytesPerSecond();
        double cache = rows * cacheBytes / (CACHE_BYTES_PER_CLOCK * limits.multiprocessors() * clock);
        return Math.max(computing, Math.max(memory, cache));
    }

    /** Seconds of a row among very many: independent of the batch. */
    double secondsOfManyRows() {
        return seconds(MANY_ROWS) / MANY_ROWS;
    }

    /** Blocks that registers and shared memory of a multiprocessor leave room for, at least 1. */
    private static int residentBlocks(LaunchPlan plan, DeviceLimits limits) {
        EntryPointShape shape = plan.shape();
        int byRegisters = limits.registersPerMultiprocessor() / (shape.registers() * shape.threads());
        int byShared = limits.sharedBytesPerMultiprocessor() / (plan.sharedBytes() + RESERVED_SHARED_BYTES);
        return Math.max(1, Math.min(byRegisters, byShared));
    }

    private static double arithmeticClocks(LaunchPlan plan, DeviceLimits limits, double pairs, double masked) {
        EntryPointShape shape = plan.shape();
        double matrix = 4.0 * shape.dim() / matrixOperationsPerClock(shape.dtype(), limits.computeCapability());
        double exponentials = 1 / EXPONENTIALS_PER_CLOCK;
        // a lane has keys / 2 pairs of every 16 queries, and as many sums as half a row has elements
        double laneOverhead = (TILE_INSTRUCTIONS + shape.dim() / 2.0) / (shape.keys() / 2.0);
        double instructions = SOFTMAX_INSTRUCTIONS + laneOverhead + (shape.bias() ? BIAS_INSTRUCTIONS : 0);
        double plain = Math.max(Math.max(matrix, exponentials), instructions / INSTRUCTIONS_PER_CLOCK);
        double withMask =
                Math.max(Math.max(matrix, exponentials), (instructions + MASK_INSTRUCTIONS) / INSTRUCTIONS_PER_CLOCK);
        return (pairs - masked) * plain + masked * withMask;
    }

    /** Of one multiprocessor, by mma.sync with sums in float32, or by fused multiply-adds that read shared memory. */
    private static double matrixOperationsPerClock(DType dtype, int computeCapability) {
        if (dtype == DType.FLOAT32) {
            return INSTRUCTIONS_PER_CLOCK;
        }
        return computeCapability == 86 || computeCapability == 89 ? 1024 : 2048;
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

    /** Warps of a multiprocessor at once. */
    int residentWarps(EntryPointShape shape) {
        return residentBlocks * shape.threads() / WARP_LANES;
    }
}
