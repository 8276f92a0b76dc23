package io.sparkhood.cuda;

import io.sparkhood.cuda.driver.Launch;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.NeighborhoodScoresOperator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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
    private static final int MAX_GRID_Y = 65_535;

    /**
     * One launch.
     *
     * @param blocks on the first axis of the grid
     * @param heads on the second: 1 where blocks are not those of one head
     */
    record Step(UnfusedEntryPoint entryPoint, long blocks, int heads) {}

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
        return GridAxis.refuses(operator);
    }

    /** Why an operator cannot be implicit matrix products, as a sentence, or nothing if it can. */
    static Optional<String> refusesGemm(NeighborhoodOperator operator) {
        Optional<String> refusal = refuses(operator);
        if (refusal.isPresent()) {
            return refusal;
        }
        if (operator.heads() > MAX_GRID_Y) {
            return Optional.of(operator.heads() + " heads are more than the " + MAX_GRID_Y
                    + " of a grid's second axis; choose implementation=naive");
        }
        long most = gemm(operator).steps.stream().mapToLong(Step::blocks).max().orElse(0);
        return most <= Integer.MAX_VALUE
                ? Optional.empty()
                : Optional.of(most + " blocks are more than the " + Integer.MAX_VALUE
                        + " of a grid's first axis; choose implementation=naive");
    }

    /** One thread for each query, head, and slot or element of the output, as the paper's naive kernels. */
    static UnfusedLaunches naive(NeighborhoodOperator operator) {
        Halves halves = Halves.of(operator);
        long queries = operator.tokens() * operator.heads();
        Optional<Step> scores = halves.scores()
                .map(half -> new Step(UnfusedEntryPoint.naiveScores(half.dtype()), blocks(queries * half.slots()), 1));
        Optional<Step> aggregate = halves.aggregate()
                .map(half ->
                        new Step(UnfusedEntryPoint.naiveAggregate(half.dtype()), blocks(queries * half.valueDim()), 1));
        GemmBoxes boxes = GemmBoxes.none(operator.visiblePairs());
        return new UnfusedLaunches(operator, halves, GridAxis.of(operator), boxes, steps(operator, scores, aggregate));
    }

    private static long blocks(long threads) {
        return GridAxis.ceilDivide(threads, UnfusedEntryPoint.THREADS);
    }

    /** Implicit batched matrix products: tiles of queries against tiles of the keys that they see. */
    static UnfusedLaunches gemm(NeighborhoodOperator operator) {
        Halves halves = Halves.of(operator);
        List<GridAxis> axes = GridAxis.of(operator);
        GemmBoxes boxes = GemmBoxes.choose(axes);
        long tiles = GridAxis.blocks(axes, boxes.query());
        // what a softmax made is rounded as in fused attention; what is given is taken as it is
        DType weights = operator instanceof NeighborhoodAttentionOperator ? operator.dtype() : DType.FLOAT32;
        int chunk = UnfusedEntryPoint.valueChunk(operator.dtype());
        Optional<Step> scores =
                halves.scores().map(half -> new Step(UnfusedEntryPoint.gemmScores(half.dtype()), tiles, half.heads()));
        Optional<Step> aggregate = halves.aggregate()
                .map(half -> new Step(
                        UnfusedEntryPoint.gemmAggregate(half.dtype(), weights),
                        tiles * GridAxis.ceilDivide(half.valueDim(), chunk),
                        half.heads()));
        return new UnfusedLaunches(operator, halves, axes, boxes, steps(operator, scores, aggregate));
    }

    private static List<Step> steps(NeighborhoodOperator operator, Optional<Step> scores, Optional<Step> aggregate) {
        List<Step> steps = new ArrayList<>();
        scores.ifPresent(steps::add);
        if (scores.isPresent() && aggregate.isPresent()) {
            long queries = operator.tokens() * operator.heads();
            steps.add(new Step(UnfusedEntryPoint.SOFTMAX, GridAxis.ceilDivide(queries, WARPS), 1));
        }
        aggregate.ifPresent(steps::add);
        return steps;
    }

    @Override
    public String describe() {
        String names =
                steps.stream().map(step -> step.entryPoint().entryPoint()).collect(Collectors.joining(", "));
        String tiles =
                boxes.query().volume() == 1 ? "" : ": query tiles " + boxes.query() + ", key tiles " + boxes.key();
        String weights = weightElements() == 0
                ? ""
                : "; " + Float.BYTES * weightElements() + " bytes of attention weights per row";
        return names + tiles + weights;
    }

    @Override
    public long visitedPairs() {
        return boxes.query().volume() == 1
                ? boxes.visitedPairs()
                : Math.addExact(boxes.visitedPairs(), boxes.additionalPairs(axes, operator.additionalTokens()));
    }

    @Override
    public int[] tables() {
        return GridAxis.tables(axes);
    }

    @Override
    public long weightElements() {
        return operator instanceof NeighborhoodAttentionOperator ? operator.slotElements() : 0;
    }

    @Override
    public List<EntryPoint> entryPoints() {
        return steps.stream()
                .map(Step::entryPoint)
                .map(code -> new EntryPoint(code.module(), code.entryPoint(), code.sharedBytes()))
                .toList();
    }

    @Override
    public List<Launch> launches(long batch) {
        return steps.stream()
                .map(step -> new Launch(
                        Math.toIntExact(step.blocks()),
                        step.heads(),
                        Math.toIntExact(batch),
                        UnfusedEntryPoint.THREADS,
                        step.entryPoint().sharedBytes()))
                .toList();
    }

    @Override
    public int parameterBytes() {
        return UnfusedParameter.BYTES;
    }

    @Override
    public void writeParameter(ByteBuffer target, long batch, RunAddresses addresses) {
        new UnfusedParameter(operator, halves, axes, boxes).write(target, addresses);
    }
}
