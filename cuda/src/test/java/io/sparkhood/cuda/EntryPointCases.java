package io.sparkhood.cuda;

import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Operators that take every path of an entry point: small, because every one runs on all of them. */
final class EntryPointCases {
    private final EntryPointShape shape;
    private final List<NamedCase> cases = new ArrayList<>();

    private EntryPointCases(EntryPointShape shape) {
        this.shape = shape;
    }

    /** Of one entry point. */
    static List<NamedCase> of(EntryPointShape shape) {
        EntryPointCases list = new EntryPointCases(shape);
        if (shape.family() == Family.STREAM) {
            list.largeWindows();
        } else {
            list.halos();
        }
        list.windows();
        list.dims();
        list.options();
        return List.copyOf(list.cases);
    }

    private void add(String name, int batch, Builder builder) {
        NeighborhoodAttentionOperator operator = builder.dtype(shape.dtype())
                .relativePositionBias(shape.bias())
                .logSumExp(true)
                .build();
        cases.add(new NamedCase(shape.entryPoint() + ": " + name, operator, batch));
    }

    private Builder on(Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap).headDim(shape.dim());
    }

    private void largeWindows() {
        add("1 axis, primes", 1, on(151).kernelSize(83));
        add("1 axis, causal, several tiles", 1, on(150).kernelSize(150).causalAxes(0));
        add("2 axes, window = extent", 1, on(14, 14).kernelSize(14));
        add("2 axes, lines seen whole", 1, on(20, 16).kernelSize(7, 16));
        add("3 axes, planes seen whole", 1, on(16, 4, 8).kernelSize(3, 4, 8));
    }

    /** Up to the largest kernelSize that a halo takes, on every number of axes. */
    private void halos() {
        add("1 axis, primes", 1, on(151).kernelSize(11));
        add("1 axis, causal, several tiles", 1, on(150).kernelSize(10).causalAxes(0));
        add("2 axes, window = extent", 1, on(7, 7).kernelSize(7).heads(3));
        add("2 axes, largest window", 1, on(23, 29).kernelSize(11));
        add("2 axes, blocks", 1, on(21, 23).kernelSize(7).stride(7, 5));
        add("3 axes, steps of one line", 1, on(23, 3, 2).kernelSize(9, 3, 2));
        add("2 axes, rows in turn", 7, on(7, 9).kernelSize(3, 5).heads(2));
        add(
                "rows in turn, additional tokens in two parts",
                7,
                on(19).kernelSize(5).additionalTokens(100));
        add("3 axes, several halos", 1, on(5, 9, 19).kernelSize(3, 5, 9));
    }

    private void windows() {
        add("one token", 1, on(1).kernelSize(1));
        add("1 axis, stride that does not divide", 1, on(71).kernelSize(9).stride(4));
        add("1 axis, uneven dilation groups", 1, on(74).kernelSize(7).dilation(3));
        add("2 axes, primes, 2 rows", 2, on(11, 13).kernelSize(5, 7));
        add("2 axes, tile and a token", 1, on(9, 17).kernelSize(3));
        add("2 axes, one column", 1, on(37, 1).kernelSize(9, 1));
        add(
                "2 axes, stride and dilation",
                1,
                on(14, 17).kernelSize(4, 3).stride(3, 2).dilation(3, 5));
        add("2 axes, causal on one", 1, on(12, 13).kernelSize(5, 6).causalAxes(1));
        add("3 axes, primes", 1, on(5, 7, 11).kernelSize(3, 5, 7));
        for (int axis = 0; axis < 3; axis++) {
            add("3 axes, causal on " + axis, 1, on(4, 6, 9).kernelSize(3).causalAxes(axis));
        }
        add(
                "2 axes, dilation groups of unlike tiles",
                1,
                on(17, 33).kernelSize(3).dilation(2));
        add("3 axes, long on the first", 1, on(23, 2, 2).kernelSize(9, 2, 2));
        add(
                "3 axes, stride, dilation, causal",
                1,
                on(5, 8, 9).kernelSize(2, 3, 4).stride(1, 3, 2).dilation(2).causalAxes(0, 2));
    }

    /** The smallest dim that needs this entry point, the largest, and odd ones between. */
    private void dims() {
        int least = shape.dim() == 32 ? 1 : shape.dim() / 2 + 1;
        UnaryOperator<Builder> small = builder -> builder.heads(2).kernelSize(3, 5);
        add("headDim " + least, 1, small.apply(on(7, 9)).headDim(least));
        add("headDim " + (shape.dim() - 7), 1, small.apply(on(7, 9)).headDim(shape.dim() - 7));
        add("headDim " + (shape.dim() - 8), 1, small.apply(on(7, 9)).headDim(shape.dim() - 8));
        add("valueDim 3", 1, small.apply(on(7, 9)).valueDim(3));
        add("valueDim larger", 1, small.apply(on(7, 9)).headDim(5).valueDim(shape.dim() - 1));
        add(
                "one head whose dim is no whole number of chunks",
                1,
                on(7, 9).kernelSize(3).headDim(shape.dim() - 1).valueDim(15));
    }

    private void options() {
        add("scale 0", 1, on(7, 9).kernelSize(5).scale(0));
        add("scale negative", 1, on(7, 9).kernelSize(5).scale(-0.3));
        add("scale large", 1, on(7, 9).kernelSize(5).scale(4));
        add("grouped heads", 2, on(6, 11).heads(4).keyValueHeads(2).kernelSize(3));
        for (int tokens : new int[] {1, shape.keys() - 1, shape.keys(), shape.keys() + 13}) {
            add("additional tokens: " + tokens, 2, on(6, 7).kernelSize(3).additionalTokens(tokens));
        }
        add(
                "every option",
                2,
                on(14, 17)
                        .kernelSize(4, 3)
                        .stride(2, 3)
                        .dilation(3, 5)
                        .causalAxes(1)
                        .heads(4)
                        .keyValueHeads(2)
                        .headDim(shape.dim() - 3)
                        .valueDim(9)
                        .scale(-0.1)
                        .additionalTokens(3));
    }
}
