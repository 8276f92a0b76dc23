package io.sparkhood.jobs.profile;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.Neighborhood;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is timed: an operator on some rows.
 *
 * @param name one word for a problem of a set, else what {@link #sizes()} says
 * @param batch rows of one run
 */
public record Problem(String name, int batch, NeighborhoodAttentionOperator operator) {
    /** A problem without a name of its own. */
    public static Problem of(int batch, NeighborhoodAttentionOperator operator) {
        Problem unnamed = new Problem("", batch, operator);
        return unnamed.named(unnamed.sizes());
    }

    Problem named(String name) {
        return new Problem(name, batch, operator);
    }

    Problem withBatch(int rows) {
        return new Problem(name, rows, operator);
    }

    /** Multiplications and additions that the definition asks for. */
    double flop() {
        return 2.0 * (operator.headDim() + operator.valueDim()) * pairs(operator.visiblePairs());
    }

    /** Pairs of all heads and rows, by those of one. */
    double pairs(long perHeadAndRow) {
        return (double) perHeadAndRow * operator.heads() * batch;
    }

    /** Every input, output and parameter once. */
    long bytesMoved() {
        long shared = operator.parameters().stream().mapToLong(Port::bytes).sum();
        return Math.addExact(Math.multiplyExact(operator.rowBytes(), batch), shared);
    }

    /** Pairs that full self attention on the same map has, per head and row. */
    long fullPairs() {
        return Math.multiplyExact(operator.tokens(), operator.tokens() + operator.additionalTokens());
    }

    /** By how much the definition is less work than full self attention. */
    double flopBound() {
        return (double) fullPairs() / operator.visiblePairs();
    }

    /** By how much a plan that visits so many pairs is less work than full self attention. */
    double tileBound(long visitedPairs) {
        return (double) fullPairs() / visitedPairs;
    }

    /** Full self attention on the same map. */
    Problem fullAttention() {
        return withShape(operator.featureMap(), operator.heads(), operator.keyValueHeads());
    }

    /** Full self attention on another map with other heads. */
    Problem withShape(List<Integer> featureMap, int heads, int keyValueHeads) {
        NeighborhoodAttentionOperator full = new NeighborhoodAttentionOperator(
                featureMap,
                Neighborhood.of(featureMap.toArray(Integer[]::new)),
                heads,
                keyValueHeads,
                operator.headDim(),
                operator.valueDim(),
                operator.scale(),
                operator.additionalTokens(),
                operator.relativePositionBias(),
                false,
                operator.dtype());
        return new Problem(name, batch, full);
    }

    /** The same problem with other windows. */
    Problem withKernelSize(List<Integer> kernelSize) {
        Neighborhood old = operator.neighborhood();
        NeighborhoodAttentionOperator changed = new NeighborhoodAttentionOperator(
                operator.featureMap(),
                new Neighborhood(kernelSize, old.stride(), old.dilation(), old.causal()),
                operator.heads(),
                operator.keyValueHeads(),
                operator.headDim(),
                operator.valueDim(),
                operator.scale(),
                operator.additionalTokens(),
                operator.relativePositionBias(),
                operator.logSumExp(),
                operator.dtype());
        return new Problem(name, batch, changed);
    }

    /** Such as {@code 16 x 56x56 h2 d32 7x7}: batch, map, heads, headDim, kernelSize, and what is not the default. */
    String sizes() {
        Neighborhood neighborhood = operator.neighborhood();
        StringBuilder text = new StringBuilder(batch + " x " + product(operator.featureMap()));
        text.append(" h").append(operator.heads()).append(" d").append(operator.headDim());
        text.append(' ').append(product(neighborhood.kernelSize()));
        append(text, " stride ", neighborhood.stride());
        append(text, " dilation ", neighborhood.dilation());
        if (neighborhood.causal().contains(true)) {
            text.append(IntStream.range(0, operator.rank())
                    .filter(neighborhood.causal()::get)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining("+", " causal ", "")));
        }
        text.append(operator.keyValueHeads() == operator.heads() ? "" : " kv" + operator.keyValueHeads());
        text.append(operator.valueDim() == operator.headDim() ? "" : " v" + operator.valueDim());
        text.append(operator.additionalTokens() == 0 ? "" : " +" + operator.additionalTokens());
        text.append(operator.relativePositionBias() ? " bias" : "");
        text.append(operator.logSumExp() ? " logSumExp" : "");
        return text.append(operator.dtype() == DType.FLOAT32 ? "" : " " + operator.dtype())
                .toString();
    }

    private static void append(StringBuilder text, String word, List<Integer> perAxis) {
        if (!perAxis.equals(Collections.nCopies(perAxis.size(), 1))) {
            text.append(word).append(product(perAxis));
        }
    }

    private static String product(List<Integer> extents) {
        return extents.stream().map(String::valueOf).collect(Collectors.joining("x"));
    }
}
