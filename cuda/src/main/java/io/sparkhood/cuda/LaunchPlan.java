package io.sparkhood.cuda;

import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.Launch;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How an operator is launched: which entry point, with which tiles, on which grid, with which parameter. A pure function of
 * the operator and the device's limits, and of nothing else: how rows are cut into batches must not change the choice,
 * because another entry point rounds differently.
 *
 * @param shape what the entry point was compiled for
 * @param axes z, y, x
 * @param boxes query tile and key tile
 * @param limits of the device
 */
record LaunchPlan(
        NeighborhoodAttentionOperator operator,
        EntryPointShape shape,
        List<GridAxis> axes,
        TileBoxes boxes,
        DeviceLimits limits)
        implements Launches {
    private static final int MAX_GRID_YZ = 65_535;

    /** Of one axis; {@code halo_sight.cuh} relies on it: places that a warp reaches have few bits there. */
    private static final int MOST_HALO_KERNEL_SIZE = 11;

    /** Rows that one launch takes at most: the extent of a grid's third axis. */
    static final long MAX_BATCH = MAX_GRID_YZ;

    /** Why the operator cannot run on such a device, as a sentence, or nothing if it can. */
    static Optional<String> refuses(NeighborhoodAttentionOperator operator, DeviceLimits limits) {
        if (limits.computeCapability() < DeviceLimits.LEAST_COMPUTE_CAPABILITY) {
            return Optional.of("the device has compute capability " + DeviceLimits.text(limits.computeCapability())
                    + ", less than " + DeviceLimits.text(DeviceLimits.LEAST_COMPUTE_CAPABILITY));
        }
        int dim = Math.max(operator.headDim(), operator.valueDim());
        Optional<EntryPointShape> shape =
                EntryPointShape.of(Family.STREAM, operator.dtype(), dim, operator.relativePositionBias());
        if (shape.isEmpty()) {
            return Optional.of("headDim and valueDim can be at most " + EntryPointShape.largestDim() + ", but are "
                    + operator.headDim() + " and " + operator.valueDim());
        }
        int shared = shape.get().sharedBytes(0, 0);
        if (shared > limits.sharedBytesPerBlock()) {
            return Optional.of("a block needs " + shared + " bytes of shared memory, more than the "
                    + limits.sharedBytesPerBlock() + " of the device");
        }
        return Stream.concat(
                        Stream.concat(operator.inputs().stream(), operator.outputs().stream())
                                .flatMap(port -> tooLong(port).stream()),
                        Stream.of(operator).flatMap(wide -> tooWide(wide).stream()))
                .findFirst();
    }

    private static Optional<String> tooLong(Port port) {
        return port.elements() <= Integer.MAX_VALUE
                ? Optional.empty()
                : Optional.of("one row of " + port.name() + " has " + port.elements() + " elements, more than the "
                        + Integer.MAX_VALUE + " of 32-bit offsets");
    }

    private static Optional<String> tooWide(NeighborhoodAttentionOperator operator) {
        if (operator.heads() > MAX_GRID_YZ) {
            return Optional.of(
                    operator.heads() + " heads are more than the " + MAX_GRID_YZ + " of a grid's second axis");
        }
        Optional<String> refusal = GridAxis.refuses(operator);
        if (refusal.isPresent()) {
            return refusal;
        }
        long places = 1; // every block has a query of the longest group
        for (GridAxis axis : GridAxis.of(operator)) {
            places = Math.multiplyExact(places, (long) axis.longestGroup() * axis.dilation());
        }
        if (places > Integer.MAX_VALUE) {
            return Optional.of("the dilation groups, each as long as the longest, have " + places
                    + " places, more than the " + Integer.MAX_VALUE + " of a grid's first axis");
        }
        for (Port bias : operator.parameters()) {
            if (bias.elements() / operator.heads() > Integer.MAX_VALUE) {
                return Optional.of("one head of " + bias.name() + " has " + bias.elements() / operator.heads()
                        + " elements, more than the " + Integer.MAX_VALUE + " of 32-bit offsets");
            }
        }
        return Optional.empty();
    }

    /**
     * The candidate that is predicted to be the fastest.
     *
     * @throws IllegalArgumentException if the operator is refused
     */
    static LaunchPlan of(NeighborhoodAttentionOperator operator, DeviceLimits limits) {
        return candidates(operator, limits).get(0);
    }

    /**
     * One plan per entry point that can run the operator, the one predicted to be the fastest first.
     *
     * @throws IllegalArgumentException if the operator is refused
     */
    static List<LaunchPlan> candidates(NeighborhoodAttentionOperator operator, DeviceLimits limits) {
        refuses(operator, limits).ifPresent(sentence -> {
            throw new IllegalArgumentException(sentence);
        });
        int dim = Math.max(operator.headDim(), operator.valueDim());
        Comparator<LaunchPlan> fastest =
                Comparator.comparingDouble(plan -> LaunchCost.of(plan).secondsPerRow());
        return EntryPointShape.of(operator.dtype(), dim, operator.relativePositionBias()).stream()
                .flatMap(shape -> plans(operator, shape, limits).stream()
                        .filter(plan -> plan.sharedBytes() <= limits.sharedBytesPerBlock())
                        .min(fastest)
                        .stream())
                .sorted(fastest)
                .toList();
    }

    private static List<LaunchPlan> plans(
            NeighborhoodAttentionOperator operator, EntryPointShape shape, DeviceLimits limits) {
        List<GridAxis> axes = GridAxis.of(operator);
        if (shape.family() == Family.STREAM) {
            return List.of(new LaunchPlan(operator, shape, axes, TileBoxes.stream(axes, shape), limits));
        }
        if (axes.stream().anyMatch(axis -> axis.kernelSize() > MOST_HALO_KERNEL_SIZE)) {
            return List.of();
        }
        return TileBoxes.halos(axes, shape, operator.additionalTokens()).stream()
                .map(boxes -> new LaunchPlan(operator, shape, axes, boxes, limits))
                .toList();
    }

    /** Name of the PTX text, which lies next to this class. */
    String module() {
        return shape.module();
    }

    /** Name of the entry point in the module. */
    String entryPoint() {
        return shape.entryPoint();
    }

    @Override
    public List<EntryPoint> entryPoints() {
        return List.of(new EntryPoint(module(), entryPoint(), sharedBytes()));
    }

    @Override
    public List<Launch> launches(long batch) {
        return List.of(launch(batch));
    }

    /** Weights never leave their registers. */
    @Override
    public long weightElements() {
        return 0;
    }

    /** The launch for so many rows, 1 to {@link #MAX_BATCH}. */
    Launch launch(long batch) {
        long alongBatch = GridAxis.ceilDivide(batch, LaunchCost.of(this).rowsPerBlock(batch));
        return new Launch(
                Math.toIntExact(blocks()),
                operator.heads(),
                Math.toIntExact(alongBatch),
                shape.threads(),
                sharedBytes());
    }

    /** Dynamic shared memory of a block. */
    int sharedBytes() {
        return shape.sharedBytes(boxes.haloRows(), boxes.haloSteps());
    }

    private long blocks() {
        return GridAxis.blocks(axes, boxes.query());
    }

    /** Pairs of a query and a key per head and row that warps compute, the masked and padded ones of their tiles included. */
    @Override
    public long visitedPairs() {
        return Math.addExact(boxes.visitedPairs(), additionalPairs());
    }

    /** Every warp takes every tile of additional keys; in a halo only those warps that have a query. */
    private long additionalPairs() {
        int additional = operator.additionalTokens();
        if (shape.family() == Family.STREAM) {
            long keys = GridAxis.ceilDivide(additional, shape.keys()) * shape.keys();
            return Math.multiplyExact(keys, liveBlocks() * shape.queries());
        }
        int rows = boxes.haloRows();
        long steps = additional / rows * GridAxis.ceilDivide(rows, shape.keys())
                + GridAxis.ceilDivide(additional % rows, shape.keys());
        Box part = boxes.query().first(shape.warpQueries());
        return Math.multiplyExact(steps * shape.keys(), GridAxis.liveTiles(axes, part) * shape.warpQueries());
    }

    /** Blocks that have a query, of one head and row. */
    long liveBlocks() {
        return GridAxis.liveTiles(axes, boxes.query());
    }

    @Override
    public String describe() {
        String keys = shape.family() == Family.HALO
                ? "halos of " + boxes.haloRows() + " keys in steps of " + boxes.key()
                : "key tiles " + boxes.key();
        return entryPoint() + ": query tiles " + boxes.query() + ", " + keys + ", " + blocks() + " x "
                + operator.heads() + " blocks, " + sharedBytes() + " bytes of shared memory";
    }

    @Override
    public int parameterBytes() {
        return ForwardParameter.BYTES;
    }

    @Override
    public int[] tables() {
        return GridAxis.tables(axes);
    }

    /**
     * Writes the entry point's parameter at the buffer's position, little-endian.
     *
     * @throws IllegalArgumentException if a view's row reaches over more elements than 32-bit offsets
     */
    @Override
    public void writeParameter(ByteBuffer target, long batch, RunAddresses addresses) {
        new ForwardParameter(operator, axes, boxes).write(target, batch, addresses);
    }
}
