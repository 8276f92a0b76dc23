package io.sparkhood.backend.contract;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The named cases: borders, remainders, primes, every option alone and together, on 1, 2 and 3 axes. */
public final class AttentionCases {
    private final List<NamedCase> cases = new ArrayList<>();

    private AttentionCases() {}

    /** All of them, float32. */
    public static List<NamedCase> all() {
        AttentionCases list = new AttentionCases();
        list.shapes();
        list.windows();
        list.dims();
        list.options();
        list.together();
        return List.copyOf(list.cases);
    }

    private void add(String name, int batch, Builder builder) {
        cases.add(new NamedCase(name, builder.logSumExp(true).build(), batch));
    }

    private static Builder on(Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap).headDim(8);
    }

    private void shapes() {
        add("smallest legal: one token that sees itself", 1, on(1).headDim(1).kernelSize(1));
        add("kernelSize 1 everywhere", 2, on(3, 4).kernelSize(1));
        add("kernelSize 1 with dilation", 1, on(5, 7).kernelSize(1, 3).dilation(4, 2));
        add("window = extent, 1 axis", 2, on(9).kernelSize(9).heads(2));
        add(
                "window = extent, 2 axes (plain attention)",
                3,
                on(7, 7).kernelSize(7).heads(3));
        add("window = extent, 3 axes", 1, on(2, 3, 4).kernelSize(2, 3, 4));
        add("window = extent on one axis only", 1, on(5, 12).kernelSize(5, 3));
        for (int tokens : new int[] {15, 16, 17, 31, 32, 33}) {
            add("tile +- 1, 1 axis: " + tokens, 1, on(tokens).kernelSize(5));
        }
        for (int extent : new int[] {7, 8, 9}) {
            add("tile +- 1, 2 axes: " + extent, 1, on(extent, extent + 1).kernelSize(3));
        }
        add("primes, 1 axis", 3, on(101).kernelSize(13));
        add("primes, 2 axes", 2, on(13, 17).kernelSize(5, 7));
        add("primes, 3 axes", 2, on(5, 7, 11).kernelSize(3, 5, 3));
        add("one long row of a map", 1, on(1, 61).kernelSize(1, 9));
        add("one long column of a map", 1, on(61, 1).kernelSize(9, 1));
        add("maps of one frame", 1, on(1, 9, 10).kernelSize(1, 3, 3));
    }

    private void windows() {
        add("even kernelSize, 1 axis", 1, on(19).kernelSize(4));
        add("even kernelSize, 2 axes", 1, on(9, 11).kernelSize(2, 6));
        add("stride that does not divide, 1 axis", 1, on(23).kernelSize(7).stride(3));
        add("blocked attention", 1, on(12, 12).kernelSize(4).stride(4));
        add("stride on one axis", 1, on(11, 13).kernelSize(5, 6).stride(1, 5));
        add("stride, 3 axes", 1, on(4, 5, 9).kernelSize(3, 3, 4).stride(2, 3, 4));
        add("dilation with even groups", 1, on(12, 16).kernelSize(3).dilation(2, 4));
        add("dilation with uneven groups", 2, on(13, 11).kernelSize(3).dilation(3, 2));
        add("dilation, kernelSize x dilation = extent", 1, on(15).kernelSize(3).dilation(5));
        add("dilation, 3 axes", 1, on(5, 7, 9).kernelSize(2, 3, 2).dilation(2, 2, 4));
        for (int axis = 0; axis < 3; axis++) {
            add("causal on axis " + axis, 1, on(4, 6, 7).kernelSize(3).causalAxes(axis));
        }
        add("causal, 1 axis", 1, on(40).kernelSize(40).causalAxes(0));
        add(
                "causal on all axes with stride and dilation",
                1,
                on(9, 10).kernelSize(4, 3).stride(3, 2).dilation(2, 3).causalAxes(0, 1));
        add("window longer than any inner loop, 1 axis", 1, on(900).headDim(5).kernelSize(701));
        add(
                "window longer than any inner loop, 2 axes",
                1,
                on(27, 29).headDim(4).kernelSize(21, 27));
        add(
                "window longer than any inner loop, causal",
                1,
                on(800).headDim(4).kernelSize(777).causalAxes(0));
        add(
                "window longer than any inner loop, 3 axes",
                1,
                on(9, 10, 12).headDim(3).kernelSize(7, 9, 11));
    }

    private void dims() {
        for (int headDim : new int[] {1, 2, 3, 7, 16, 20, 31, 32, 33, 64, 80, 128}) {
            add("headDim " + headDim, 1, on(6, 7).headDim(headDim).heads(2).kernelSize(3));
        }
        add("headDim 257", 1, on(20).headDim(257).kernelSize(3));
        for (int valueDim : new int[] {1, 3, 15, 17, 32, 48, 65}) {
            add(
                    "valueDim " + valueDim,
                    1,
                    on(6, 7).headDim(12).valueDim(valueDim).heads(2).kernelSize(3));
        }
        add("grouped heads", 2, on(6, 8).heads(6).keyValueHeads(2).kernelSize(3));
        add("one key/value head", 2, on(17).heads(5).keyValueHeads(1).kernelSize(4));
    }

    private void options() {
        add("scale 0: the mean of the window", 1, on(7, 8).kernelSize(3).scale(0));
        add("scale negative", 1, on(7, 8).kernelSize(3).scale(-0.75));
        add("scale large", 1, on(7, 8).kernelSize(5).scale(20));
        bias("1 axis", on(21).kernelSize(5));
        bias("2 axes, two heads", on(9, 10).kernelSize(3, 5).heads(2));
        bias("3 axes", on(4, 5, 6).kernelSize(3, 2, 3));
        bias("even kernelSize", on(9, 10).kernelSize(4, 2));
        bias("causal", on(8, 9).kernelSize(3, 4).causalAxes(1));
        bias("stride", on(10, 11).kernelSize(4, 5).stride(3, 2));
        bias("dilation", on(13, 11).kernelSize(3).dilation(3, 2));
        bias("plain attention", on(7, 7).kernelSize(7).heads(2));
        bias("long window", on(500).headDim(3).kernelSize(401));
        for (int tokens : new int[] {1, 2, 17}) {
            add(
                    "additional tokens: " + tokens,
                    2,
                    on(6, 7).kernelSize(3).heads(2).additionalTokens(tokens));
        }
        add(
                "more additional tokens than any inner loop",
                1,
                on(19).kernelSize(3).headDim(3).additionalTokens(700));
        add(
                "additional tokens with causal axes",
                1,
                on(6, 7).kernelSize(3).causalAxes(0, 1).additionalTokens(4));
        add(
                "additional tokens of grouped heads",
                1,
                on(21).kernelSize(5).heads(4).keyValueHeads(2).valueDim(5).additionalTokens(3));
    }

    private void bias(String name, Builder builder) {
        add("bias: " + name, 2, builder.relativePositionBias(true));
    }

    private void together() {
        UnaryOperator<Builder> all = builder -> builder.heads(4)
                .keyValueHeads(2)
                .headDim(20)
                .valueDim(9)
                .scale(0.3)
                .additionalTokens(3)
                .relativePositionBias(true);
        add(
                "every option, 1 axis",
                2,
                all.apply(on(29).kernelSize(6).stride(4).dilation(3).causalAxes(0)));
        add(
                "every option, 2 axes",
                2,
                all.apply(
                        on(14, 17).kernelSize(4, 3).stride(2, 3).dilation(3, 5).causalAxes(1)));
        add(
                "every option, 3 axes",
                2,
                all.apply(on(5, 8, 9)
                        .kernelSize(2, 3, 4)
                        .stride(1, 3, 2)
                        .dilation(2, 2, 2)
                        .causalAxes(0, 2)));
        cases.add(new NamedCase("no logSumExp", on(9, 9).kernelSize(3).build(), 2));
        add("NAT level 4", 2, on(7, 7).kernelSize(7).heads(4).headDim(32).relativePositionBias(true));
        add("NAT level 2", 1, on(28, 28).kernelSize(7).heads(2).headDim(32));
    }
}
