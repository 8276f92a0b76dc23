package io.sparkhood.cuda;

import io.sparkhood.cuda.driver.Launch;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.NeighborhoodScoresOperator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Attention in three launches, scores, softmax and aggregate, or a half of it in one. Between the launches the scores, then the
 * weights of the whole batch lie in device memory, {@code [batch, tokens, heads, slots]} in float32.
 *
 * @param axes z, y, x
 * @param boxes tiles of queries and of keys
 * @param steps one after the other
 */
record UnfusedLaunches(
        NeighborhoodOperator operator, Halves halves, List<GridAxis> axes, GemmBoxes boxes, List<Step> steps)
        implements Launches {
    private static final int WARPS = UnfusedEntryPoint.THREADS / 32;

    /**
     * One launch.
     *
     * @param blocks for each row of the batch
     */
    record Step(UnfusedEntryPoint entryPoint, long blocks) {}

    UnfusedLaunches {
        axes = List.copyOf(axes);
        steps = List.copyOf(steps);
    }

    /** Why an operator cannot be computed so, as a sentence, or nothing if it can. */
    static Optional<String> refuses(NeighborhoodOperator operator) {
        Optional<NeighborhoodScoresOperator> scores = Halves.of(operator).scores();
        if (scores.isPresent() && Float.isInfinite((float) scores.get().scale())) {
            return Optional.of("scale " + scores.get().scale() + " is beyond float32; use backend=reference");
        }
        long positions = 0;
        for (int extent : operator.featureMap()) {
            positions += extent;
        }
        return positions <= Integer.MAX_VALUE / 4
                ? Optional.empty()
                : Optional.of("the axes have " + positions + " positions in sum, more than the " + Integer.MAX_VALUE / 4
                        + " of a table of windows");
    }

    /** One thread for each query, head, and slot or element of the output, as the paper's naive kernels. */
    static UnfusedLaunches naive(NeighborhoodOperator operator) {
        Halves halves = Halves.of(operator);
        long queries = operator.tokens() * operator.heads();
        List<Step> steps = new ArrayList<>();
        halves.scores()
                .ifPresent(half -> steps.add(
                        new Step(UnfusedEntryPoint.naiveScores(half.dtype()), blocks(queries * half.slots()))));
        if (halves.scores().isPresent() && halves.aggregate().isPresent()) {
            steps.add(new Step(UnfusedEntryPoint.SOFTMAX, GridAxis.ceilDivide(queries, WARPS)));
        }
        halves.aggregate()
                .ifPresent(half -> steps.add(
                        new Step(UnfusedEntryPoint.naiveAggregate(half.dtype()), blocks(queries * half.valueDim()))));
        GemmBoxes boxes = GemmBoxes.none(operator.visiblePairs());
        return new UnfusedLaunches(operator, halves, GridAxis.of(operator), boxes, steps);
    }

    private static long blocks(long threads) {
        return GridAxis.ceilDivide(threads, UnfusedEntryPoint.THREADS);
    }

    @Override
    public String describe() {
        String names =
                steps.stream().map(step -> step.entryPoint().entryPoint()).collect(Collectors.joining(", "));
        return weightElements() == 0
                ? names
                : names + ": " + Float.BYTES * weightElements() + " bytes of attention weights per row";
    }

    @Override
    public long visitedPairs() {
        return boxes.visitedPairs();
    }

    @Override
    public int[] tables() {
        return axes.stream().flatMapToInt(axis -> Arrays.stream(axis.table())).toArray();
    }

    @Override
    public long weightElements() {
        return operator instanceof NeighborhoodAttentionOperator
                ? operator.tokens() * operator.heads() * operator.slots()
                : 0;
    }

    @Override
    public List<EntryPoint> entryPoints() {
        return steps.stream()
                .map(Step::entryPoint)
                .map(code -> new EntryPoint(code.module(), code.entryPoint(), 0))
                .toList();
    }

    @Override
    public List<Launch> launches(long batch) {
        return steps.stream()
                .map(step -> new Launch(
                        Math.toIntExact(step.blocks()), 1, Math.toIntExact(batch), UnfusedEntryPoint.THREADS, 0))
                .toList();
    }

    @Override
    public int parameterBytes() {
        return UnfusedParameter.BYTES;
    }

    @Override
    public void writeParameter(ByteBuffer target, RunAddresses addresses) {
        new UnfusedParameter(operator, halves, axes, boxes).write(target, addresses);
    }
}
