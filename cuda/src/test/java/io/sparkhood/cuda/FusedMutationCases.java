package io.sparkhood.cuda;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.contract.ErrorBudget;
import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cpu.ReferenceBackendProvider;
import io.sparkhood.cuda.EmulatedRun.Layout;
import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.cuda.emulator.Emulator;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Small cases that together take every path of an entry point of fused attention. */
final class FusedMutationCases {
    private static final Layout ALIGNED = new Layout(8, 16, 24);
    private static final Layout ODD = new Layout(37, 3, 2);
    /** Rows of query, additional keys and additional values start on 16 bytes, those of keys and values do not. */
    private static final Layout MIXED = new Layout(8, 16, 4);
    /** The other way round. */
    private static final Layout OTHERWISE_MIXED = new Layout(8, 20, 4);

    private final Backend reference = new ReferenceBackendProvider().open(BackendOptions.DEFAULT);
    private final EntryPointShape shape;
    private final List<MutationCase> cases = new ArrayList<>();

    private FusedMutationCases(EntryPointShape shape) {
        this.shape = shape;
    }

    /** Of one entry point. */
    static List<MutationCase> of(EntryPointShape shape) {
        FusedMutationCases list = new FusedMutationCases(shape);
        list.options();
        if (shape.family() == Family.HALO) {
            list.halos();
        } else {
            list.streams();
        }
        list.spoilt();
        return List.copyOf(list.cases);
    }

    private Builder on(Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap)
                .dtype(shape.dtype())
                .relativePositionBias(shape.bias())
                .headDim(shape.dim())
                .logSumExp(true);
    }

    private void options() {
        int dim = shape.dim();
        add(ALIGNED, 1, on(11, 13).heads(2).kernelSize(5, 4).scale(0.6));
        add(
                ODD,
                1,
                on(13, 15)
                        .kernelSize(4, 3)
                        .stride(2, 3)
                        .dilation(2, 1)
                        .headDim(dim - 3)
                        .additionalTokens(3)
                        .scale(-0.3));
        add(ALIGNED, 1, on(4, 6, 9).kernelSize(3, 4, 5).causalAxes(0).headDim(dim - 8));
        add(ALIGNED, 2, on(5, 7, 9).kernelSize(2, 2, 3).dilation(2, 3, 2).stride(2, 1, 3));
        add(ALIGNED, 1, on(9, 10).kernelSize(5).scale(40).logSumExp(false));
        // places at which only one axis of a shorter dilation group ends, and warps of several z
        add(ALIGNED, 1, on(17, 33).kernelSize(3).dilation(2));
        add(
                ODD,
                1,
                on(17, 3, 4)
                        .kernelSize(3, 2, 3)
                        .dilation(2, 1, 1)
                        .headDim(5)
                        .valueDim(dim - 27)
                        .additionalTokens(1));
        add(ALIGNED, 2, on(23, 2, 3).kernelSize(6, 2, 2).stride(4, 1, 1));
        add(new Layout(8, 1, 0), 1, on(6, 7).kernelSize(3).headDim(dim - 1).valueDim(15));
        add(MIXED, 1, on(6, 7).kernelSize(3).additionalTokens(63).valueDim(9));
        add(OTHERWISE_MIXED, 1, on(23, 2, 2).kernelSize(9, 2, 2).additionalTokens(1));
        add(OTHERWISE_MIXED, 1, on(6, 7).kernelSize(3).additionalTokens(5)); // of which not only the first is used
    }

    private void halos() {
        add(ALIGNED, 1, on(19, 22).kernelSize(10, 11).causalAxes(1));
        add(ODD, 1, on(150).heads(4).keyValueHeads(2).kernelSize(9).valueDim(11).additionalTokens(70));
        add(ALIGNED, 1, on(7, 7).kernelSize(7).additionalTokens(130).valueDim(shape.dim() - 8));
        add(ALIGNED, 1, on(3, 9, 18).kernelSize(3, 5, 7));
        add(ALIGNED, 1, on(4, 5, 6).kernelSize(3, 2, 3).additionalTokens(130));
        add(ALIGNED, 1, on(23, 3, 2).kernelSize(9, 3, 2)); // steps of one y
        for (int tokens : new int[] {9, 10, 16, 17, 18}) { // that end at each place where a lane looks for their end
            add(ALIGNED, 1, on(6, 7).kernelSize(3).additionalTokens(tokens));
        }
        // warps without queries copy as well
        add(MIXED, 1, on(7).kernelSize(3).additionalTokens(40));
        add(OTHERWISE_MIXED, 1, on(7).kernelSize(3).additionalTokens(40));
        // rows that start on 16 bytes and end within a chunk: of outputs, of keys only, of values only
        add(new Layout(8, 2, 0), 1, on(6, 7).kernelSize(3).valueDim(shape.dim() - 2));
        add(
                new Layout(8, 7, 3),
                1,
                on(6, 7).kernelSize(3).headDim(shape.dim() - 2).valueDim(shape.dim()));
        add(new Layout(8, 7, 1), 1, on(6, 7).kernelSize(3).valueDim(shape.dim() - 2));
        // rows of the batch in turn
        add(ALIGNED, 7, on(6, 5).kernelSize(3).additionalTokens(3));
        // sums beyond the limits of weights relative to 0, of all queries and of one
        for (float higher : new float[] {-200, 200}) {
            add(FarSums.ofAllQueries(shape, higher), ALIGNED);
            add(FarSums.ofOneQuery(shape, 9, higher), ALIGNED);
            add(FarSums.ofOneQuery(shape, 61, higher), ALIGNED);
        }
        boolean half = shape.dtype() == DType.FLOAT16;
        for (float exponent : half ? new float[] {-9, 15, 15.5f} : new float[] {-55, 60, 60.5f}) {
            add(FarSums.ofOneKey(shape, exponent), ALIGNED);
        }
        // a block works out its place again for rows that are spoilt: several tiles and groups on all axes
        addSpoilt(scattered(example(on(9, 10, 11).kernelSize(2, 3, 2).dilation(2), 1)), ALIGNED);
        addSpoilt(scattered(example(on(5, 3, 37).kernelSize(2).dilation(2, 1, 2), 1)), ALIGNED);
        addSpoilt(scattered(example(on(27, 5, 5).kernelSize(2).dilation(2), 1)), ALIGNED);
    }

    private void streams() {
        add(ALIGNED, 1, on(19, 22).kernelSize(12, 13).causalAxes(1));
        add(
                ODD,
                1,
                on(150).heads(4).keyValueHeads(2).kernelSize(40).valueDim(11).additionalTokens(70));
        // tiles that all queries see on the inner axes, and not all on the others
        add(ALIGNED, 1, on(20, 16).kernelSize(7, 16));
        add(ALIGNED, 1, on(16, 4, 8).kernelSize(3, 4, 8));
        add(ALIGNED, 1, on(16, 2, 8).kernelSize(3, 2, 8));
        add(ALIGNED, 1, on(16, 8).kernelSize(3, 8));
        add(ALIGNED, 1, on(16, 1, 16).kernelSize(3, 1, 16));
        add(ALIGNED, 1, on(20, 3, 5).kernelSize(5, 3, 5));
        add(ALIGNED, 1, on(13, 2, 8).kernelSize(5, 1, 8));
        add(ALIGNED, 1, on(5).kernelSize(3)); // one step
        add(ALIGNED, 1, on(14, 14).kernelSize(14).additionalTokens(130).valueDim(shape.dim() - 8));
    }

    private Example example(Builder operator, int batch) {
        return Example.random(new NamedCase("mutants", operator.build(), batch));
    }

    private void add(Layout layout, int batch, Builder operator) {
        add(example(operator, batch), layout);
    }

    private void add(Example example, Layout layout) {
        ErrorBudget budget = ErrorBudget.of(example, Outputs.of(reference, example.inFloat32(), 1))
                .weightsIn(shape.dtype());
        add(example, layout, actual -> budget.check("mutant", actual));
    }

    private void add(Example example, Layout layout, Consumer<Outputs> check) {
        LaunchPlan plan = EmulatedRun.plan(example.operator(), shape);
        cases.add(new MutationCase(
                (entryPoint, emulator) -> EmulatedRun.of(example, layout, plan, entryPoint, emulator), check));
    }

    /** Values that are not finite: the rows that see one are computed again. */
    private void spoilt() {
        Example plane = example(on(9, 11).heads(2).kernelSize(4, 3), 1);
        addSpoilt(plane.with("value", plane.input("value").length / 2, Float.POSITIVE_INFINITY), ALIGNED);
        Example space = example(
                on(5, 6, 7)
                        .kernelSize(2, 3, 2)
                        .dilation(2, 1, 3)
                        .headDim(shape.dim() - 3)
                        .valueDim(13)
                        .scale(-0.4)
                        .additionalTokens(5),
                2);
        addSpoilt(space.with("value", space.input("value").length * 2 / 3, Float.NaN), ODD);
        addSpoilt(space.with("key", space.input("key").length / 3, Float.NEGATIVE_INFINITY), ODD);
        Example high = example(on(23, 2, 3).kernelSize(6, 2, 2).additionalTokens(1), 1);
        addSpoilt(high.with("value", high.input("value").length / 2, Float.NaN), ALIGNED);
        addSpoilt(high.with("additionalValues", 3, Float.NaN), ALIGNED);
        addSpoilt(infinite(example(on(5, 7).kernelSize(1), 1)), ALIGNED);
        addSpoilt(infinite(example(on(12, 35).kernelSize(1), 1)), ALIGNED); // queries in all rows of a warp
        // all lanes of a row see it, and of a warp some rows or others
        addSpoilt(wholeToken(example(on(9, 11).kernelSize(4, 3), 1)), ALIGNED);
        addSpoilt(wholeToken(example(on(16).kernelSize(3), 1)), ALIGNED);
        addSpoilt(wholeToken(example(on(2, 8).kernelSize(2, 3), 1)), ALIGNED);
        spoiltDims();
    }

    /** All scores are -infinity; the window is one key, whose score is all that a query has. */
    private Example infinite(Example example) {
        Example infinite = example;
        for (int token = 0; token < example.operator().tokens(); token++) {
            infinite = infinite.with("key", token * shape.dim(), Float.NEGATIVE_INFINITY);
        }
        return infinite;
    }

    /** The value of the token in the middle is NaN in all dims. */
    private Example wholeToken(Example example) {
        int from = Math.toIntExact(example.operator().tokens() / 2) * shape.dim();
        Example poisoned = example;
        for (int i = from; i < from + shape.dim(); i++) {
            poisoned = poisoned.with("value", i, Float.NaN);
        }
        return poisoned;
    }

    /** Every 61st value is NaN in one dim. */
    private Example scattered(Example example) {
        Example poisoned = example;
        for (int token = 5; token < example.operator().tokens(); token += 61) {
            poisoned = poisoned.with("value", token * shape.dim(), Float.NaN);
        }
        return poisoned;
    }

    /** A lane computes again every 32nd element: dims that end before and behind each of them. */
    private void spoiltDims() {
        for (int more = 0; more < shape.dim(); more += 32) {
            Example example = example(
                    on(4, 5).kernelSize(2, 3)
                            .headDim(29 + more)
                            .valueDim(shape.dim() - 19 - more)
                            .additionalTokens(2),
                    1);
            addSpoilt(example.with("value", example.input("value").length / 2, Float.NaN), ODD);
            addSpoilt(example.with("additionalValues", 3, Float.NaN), ODD);
        }
    }

    /** The reference says which outputs are numbers, and the shipped entry point which ones. */
    private void addSpoilt(Example example, Layout layout) {
        Outputs expected = Outputs.of(reference, example.inFloat32(), 1);
        LaunchPlan plan = EmulatedRun.plan(example.operator(), shape);
        Outputs whole = EmulatedRun.of(example, layout, plan, EmulatedRun.entryPoint(plan), new Emulator())
                .outputs();
        add(example, layout, actual -> {
            for (String port : List.of("output", "logSumExp")) {
                requireSameFinite(port, expected.get(port), whole.get(port));
            }
            actual.assertSameBits(whole, "mutant");
        });
    }

    private static void requireSameFinite(String port, float[] expected, float[] whole) {
        for (int i = 0; i < expected.length; i++) {
            if (Float.isFinite(expected[i]) != Float.isFinite(whole[i])) {
                throw new AssertionError(port + "[" + i + "] is " + whole[i] + ", the reference " + expected[i]);
            }
        }
    }
}
