package io.sparkhood.cuda;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.backend.contract.UnfusedBudget;
import io.sparkhood.backend.contract.UnfusedCase;
import io.sparkhood.cpu.ReferenceBackendProvider;
import io.sparkhood.cuda.EmulatedRun.Layout;
import io.sparkhood.cuda.emulator.Emulator;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAggregateOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.Normalization;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Small cases that together take every path of an entry point of scores or of an aggregate. */
final class UnfusedMutationCases {
    private static final Layout ALIGNED = new Layout(8, 16, 24);
    private static final Layout ODD = new Layout(37, 3, 2);

    private final Backend reference = new ReferenceBackendProvider().open(BackendOptions.DEFAULT);
    private final UnfusedEntryPoint code;
    private final DType dtype;
    private final Layout mixed;
    private final Layout otherwiseMixed;
    private final int wide; // elements after which something else begins
    private final List<MutationCase> cases = new ArrayList<>();

    private UnfusedMutationCases(UnfusedEntryPoint code) {
        this.code = code;
        this.dtype = List.of(DType.values()).stream()
                .filter(type -> code.macros().contains("SPARKHOOD_ELEMENT=" + type))
                .findFirst()
                .orElseThrow();
        int more = 8 / dtype.bytes(); // half of what rows start on
        this.mixed = new Layout(8, 16, more);
        this.otherwiseMixed = new Layout(8, 16 + more, more);
        this.wide = code.sharedBytes() > 0 ? UnfusedEntryPoint.valueChunk(dtype) : 12;
    }

    /** Of one entry point. */
    static List<MutationCase> of(UnfusedEntryPoint code) {
        if (code.equals(UnfusedEntryPoint.SOFTMAX)) {
            return SoftmaxMutationCases.all();
        }
        UnfusedMutationCases list = new UnfusedMutationCases(code);
        list.windows();
        list.dims();
        list.additional();
        list.ends();
        list.softmax();
        list.spoilt();
        return List.copyOf(list.cases);
    }

    private Builder on(Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap)
                .dtype(dtype)
                .headDim(wide / 2)
                .valueDim(wide / 2);
    }

    private void windows() {
        add(ALIGNED, 1, on(11, 13).heads(2).kernelSize(5, 4).scale(0.6).relativePositionBias(true));
        add(ALIGNED, 1, on(4, 6, 9).kernelSize(3, 4, 5).causalAxes(0).relativePositionBias(true));
        add(ALIGNED, 2, on(5, 7, 9).kernelSize(2, 2, 3).dilation(2, 3, 2).stride(2, 1, 3));
        add(ALIGNED, 1, on(17, 33).kernelSize(3).dilation(2).headDim(3).valueDim(3));
        add(ALIGNED, 1, on(5, 6, 7).kernelSize(3).causalAxes(0, 1, 2).relativePositionBias(true));
        add(ODD, 1, on(17, 3, 4).kernelSize(3, 2, 3).dilation(2, 1, 1).headDim(5));
        add(ALIGNED, 2, on(23, 2, 3).kernelSize(6, 2, 2).stride(4, 1, 1));
        add(ALIGNED, 1, on(150).kernelSize(40).causalAxes(0));
        add(ALIGNED, 1, on(20, 16).kernelSize(7, 16).headDim(4).valueDim(4));
        add(ALIGNED, 1, on(1).kernelSize(1));
    }

    private void dims() {
        add(ALIGNED, 1, on(10, 11).heads(2).kernelSize(7).headDim(wide + 5).valueDim(wide + 5));
        add(ALIGNED, 1, on(6, 7).kernelSize(3).headDim(2 * wide).valueDim(2 * wide));
        add(ALIGNED, 1, on(10, 11).kernelSize(3).headDim(wide).valueDim(wide));
        add(
                ALIGNED,
                1,
                on(5, 6).heads(4)
                        .keyValueHeads(2)
                        .kernelSize(3)
                        .headDim(wide - 8)
                        .valueDim(wide - 8));
        add(new Layout(8, 1, 0), 1, on(6, 7).kernelSize(3).headDim(wide - 1).valueDim(wide - 1));
        add(ODD, 1, on(6, 7).kernelSize(3).headDim(2).valueDim(1));
    }

    private void additional() {
        add(
                ODD,
                1,
                on(13, 15)
                        .kernelSize(4, 3)
                        .stride(2, 3)
                        .dilation(2, 1)
                        .headDim(wide - 3)
                        .valueDim(wide - 3)
                        .additionalTokens(3)
                        .scale(-0.3)
                        .relativePositionBias(true));
        add(
                ODD,
                2,
                on(70).heads(4)
                        .keyValueHeads(2)
                        .kernelSize(9)
                        .headDim(9)
                        .valueDim(11)
                        .additionalTokens(70));
        add(mixed, 1, on(6, 7).kernelSize(3).additionalTokens(63).causalAxes(1));
        add(otherwiseMixed, 1, on(23, 2, 2).kernelSize(9, 2, 2).additionalTokens(1));
        add(ALIGNED, 1, on(7, 7).kernelSize(7).additionalTokens(130).headDim(wide / 2 + 8));
    }

    /** Additional tokens, and values, that end at each place of a tile where a lane looks for their end. */
    private void ends() {
        for (int line = 0; line <= 8; line++) {
            for (int tokens : new int[] {8 * line, 8 * line + 1}) {
                add(
                        ALIGNED,
                        1,
                        on(16).kernelSize(1)
                                .headDim(1 + line % 4)
                                .valueDim(Math.max(1, tokens))
                                .additionalTokens(tokens));
            }
        }
    }

    private Example example(Builder operator, int batch) {
        return Example.random(new NamedCase("mutants", operator.build(), batch));
    }

    private void add(Layout layout, int batch, Builder builder) {
        Example example = example(builder, batch);
        if (code.entryPoint().contains("scores")) {
            UnfusedBudget budget = UnfusedBudget.scores(reference, example);
            add(UnfusedCase.scores("mutants", example), layout, actual -> budget.check("mutant", actual));
        } else if (code.entryPoint().endsWith("rounded")) {
            UnfusedCase mix =
                    UnfusedCase.aggregate("mutants", example, Normalization.NONE, UnfusedInputs.weights(example));
            UnfusedBudget budget = UnfusedBudget.weightedIn(dtype, reference, example, mix.input("weights"));
            add(mix, layout, actual -> budget.check("mutant", actual));
        } else {
            UnfusedCase mix = UnfusedCase.aggregate("mutants", example, Normalization.NONE);
            UnfusedBudget budget = UnfusedBudget.weighted(reference, example, mix.input("weights"));
            add(mix, layout, actual -> budget.check("mutant", actual));
        }
    }

    /** Scores instead of weights, which the aggregate makes weights of. */
    private void softmax() {
        if (!code.entryPoint().contains("aggregate") || code.entryPoint().endsWith("rounded")) {
            return;
        }
        addSoftmax(ALIGNED, 1, on(9, 10).kernelSize(5, 4));
        addSoftmax(ALIGNED, 1, on(4, 6, 9).kernelSize(3, 4, 5).causalAxes(0));
        addSoftmax(ALIGNED, 1, on(5, 6, 7).kernelSize(3).causalAxes(0, 1, 2));
        addSoftmax(ALIGNED, 2, on(5, 7, 9).kernelSize(2, 2, 3).dilation(2, 3, 2).stride(2, 1, 3));
        addSoftmax(
                ODD,
                2,
                on(10).heads(4)
                        .keyValueHeads(2)
                        .kernelSize(3)
                        .valueDim(wide + 5)
                        .additionalTokens(70));
        addSoftmax(mixed, 1, on(6, 7).kernelSize(3).additionalTokens(63).causalAxes(1));
        addSoftmax(otherwiseMixed, 1, on(23, 2, 2).kernelSize(9, 2, 2).additionalTokens(1));
    }

    private void addSoftmax(Layout layout, int batch, Builder builder) {
        Example example = example(builder, batch);
        UnfusedCase softmax = UnfusedCase.aggregate("mutants", example, Normalization.SOFTMAX);
        addSoftmax(example, layout, softmax.input("weights"));
        addSoftmax(example, layout, UnfusedInputs.spiked(softmax));
    }

    private void addSoftmax(Example example, Layout layout, float[] scores) {
        UnfusedCase softmax = UnfusedCase.aggregate("mutants", example, Normalization.SOFTMAX, scores);
        UnfusedBudget budget = UnfusedBudget.softmax(reference, example, scores);
        add(softmax, layout, actual -> budget.check("mutant", actual));
    }

    /** Values that are not finite: the elements that see one are computed again. */
    private void spoilt() {
        if (code.entryPoint().contains("scores")) {
            return;
        }
        Example plane = example(on(9, 11).heads(2).kernelSize(4, 3), 1);
        addSpoilt(plane.with("value", plane.input("value").length / 2, Float.POSITIVE_INFINITY), ALIGNED);
        Example space = example(
                on(3, 4, 5)
                        .kernelSize(2, 3, 2)
                        .dilation(1, 1, 2)
                        .heads(2)
                        .keyValueHeads(1)
                        .valueDim(wide + 3)
                        .causalAxes(2)
                        .additionalTokens(2),
                2);
        addSpoilt(space.with("value", space.input("value").length * 2 / 3, Float.NaN), ODD);
        addSpoilt(space.with("additionalValues", 3, Float.NaN), ODD);
        addSpoilt(UnfusedInputs.wholeToken(example(on(20).heads(2).kernelSize(3).additionalTokens(1), 1)), ALIGNED);
        addSpoilt(
                UnfusedInputs.wholeToken(
                        example(on(9, 11).heads(2).kernelSize(4, 3).valueDim(wide + 3), 1)),
                new Layout(8, 0, 0));
    }

    private void addSpoilt(Example example, Layout layout) {
        if (code.entryPoint().endsWith("rounded")) {
            addSpoilt(
                    UnfusedCase.aggregate("mutants", example, Normalization.NONE, UnfusedInputs.weights(example)),
                    layout);
        } else {
            addSpoilt(UnfusedCase.aggregate("mutants", example, Normalization.NONE), layout);
            UnfusedCase softmax = UnfusedCase.aggregate("mutants", example, Normalization.SOFTMAX);
            addSpoilt(softmax, layout);
            float[] spiked = UnfusedInputs.spiked(softmax);
            addSpoilt(UnfusedCase.aggregate("mutants", example, Normalization.SOFTMAX, spiked), layout);
        }
    }

    /** The reference says which outputs are numbers, and the shipped entry point which ones. */
    private void addSpoilt(UnfusedCase half, Layout layout) {
        float[] expected = half.on(reference, 1).get("output");
        Outputs whole = run(half, layout)
                .run(EmulatedRun.entryPoint(code.module(), code.entryPoint()), new Emulator())
                .outputs();
        add(half, layout, actual -> {
            float[] got = actual.get("output");
            for (int i = 0; i < expected.length; i++) {
                if (Float.isFinite(expected[i]) != Float.isFinite(got[i])) {
                    throw new AssertionError("output[" + i + "] is " + got[i] + ", the reference " + expected[i]);
                }
            }
            actual.assertSameBits(whole, "mutant");
        });
    }

    private void add(UnfusedCase half, Layout layout, Consumer<Outputs> check) {
        cases.add(new MutationCase(run(half, layout), check));
    }

    private MutationCase.Launcher run(UnfusedCase half, Layout layout) {
        EmulatedStep step = EmulatedStep.of(code, launched(half.operator()));
        return (entryPoint, emulator) -> {
            EmulatedTensors tensors = new EmulatedTensors(emulator, layout, half.batch());
            half.operator().inputs().forEach(port -> tensors.input(port, half.input(port.name())));
            half.operator().outputs().forEach(tensors::output);
            long bias = 0;
            for (Port port : half.operator().parameters()) {
                bias = EmulatedTensors.parameter(
                        emulator, port.name(), half.parameters().require(port));
            }
            return step.run(entryPoint, emulator, tensors, bias, half.operator().outputs());
        };
    }

    /** Weights in the type of the values are those of attention in three launches. */
    private NeighborhoodOperator launched(NeighborhoodOperator half) {
        if (!code.entryPoint().endsWith("rounded")) {
            return half;
        }
        return new NeighborhoodAttentionOperator(
                half.featureMap(),
                half.neighborhood(),
                half.heads(),
                half.keyValueHeads(),
                1,
                ((NeighborhoodAggregateOperator) half).valueDim(),
                1,
                half.additionalTokens(),
                false,
                false,
                dtype);
    }
}
