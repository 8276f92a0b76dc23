package io.sparkhood.operator;

import java.util.List;

/** The rules that the operators of neighborhood attention share, each with its message. */
final class OperatorRules {
    private OperatorRules() {}

    /** Requires a token grid on which every window finds its keys. */
    static void requireFit(List<Integer> featureMap, Neighborhood neighborhood) {
        int rank = neighborhood.rank();
        if (featureMap.size() != rank) {
            throw new IllegalArgumentException("featureMap and kernelSize must have the same number of axes: "
                    + featureMap.size() + " and " + rank + " (featureMap=" + featureMap + ", kernelSize="
                    + neighborhood.kernelSize() + ")");
        }
        for (int axis = 0; axis < rank; axis++) {
            requireFit(featureMap, neighborhood, axis);
        }
    }

    private static void requireFit(List<Integer> featureMap, Neighborhood neighborhood, int axis) {
        int extent = featureMap.get(axis);
        if (extent < 1) {
            throw new IllegalArgumentException("featureMap must be at least 1 on every axis: on axis " + axis + ", "
                    + extent + " (featureMap=" + featureMap + ")");
        }
        int kernelSize = neighborhood.kernelSize().get(axis);
        int dilation = neighborhood.dilation().get(axis);
        long span = (long) kernelSize * dilation;
        if (span > extent) {
            throw new IllegalArgumentException("kernelSize × dilation must not exceed the feature map: on axis " + axis
                    + ", " + kernelSize + " × " + dilation + " = " + span + " > " + extent + " (featureMap="
                    + featureMap + ", kernelSize=" + neighborhood.kernelSize() + ", dilation="
                    + neighborhood.dilation() + "); choose a smaller kernelSize or dilation on that axis");
        }
    }

    static void requireHeads(int heads, int keyValueHeads) {
        requirePositive("heads", heads);
        requirePositive("keyValueHeads", keyValueHeads);
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException("keyValueHeads must divide heads: " + heads + " % " + keyValueHeads
                    + " = " + heads % keyValueHeads + " (heads=" + heads + ", keyValueHeads=" + keyValueHeads + ")");
        }
    }

    static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
        }
    }

    static void requireFinite(double scale) {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("scale must be finite, but is " + scale);
        }
    }

    static void requireAdditionalTokens(int additionalTokens) {
        if (additionalTokens < 0) {
            throw new IllegalArgumentException("additionalTokens must not be negative, but is " + additionalTokens);
        }
    }

    /**
     * Bounds every product of sizes made later, in bytes and for all ports together.
     *
     * @param elements of one token and head
     * @param sizes what is multiplied, for the message
     */
    static void requireCountable(
            List<Integer> featureMap, int additionalTokens, int heads, long elements, String sizes) {
        try {
            long grid = 1;
            for (int extent : featureMap) {
                grid = Math.multiplyExact(grid, extent);
            }
            long tokens = Math.addExact(grid, additionalTokens);
            Math.multiplyExact(Math.multiplyExact(Math.multiplyExact(tokens, heads), elements), 16);
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException(
                    "one row has more elements than a 64-bit number counts (" + sizes + ")", overflow);
        }
    }

    /**
     * Bounds the slots of a query, which are an axis of a tensor, and all products with them.
     *
     * @param name of the elements per token and head, for the message
     */
    static void requireCountableSlots(
            List<Integer> featureMap,
            Neighborhood neighborhood,
            int heads,
            int dim,
            int additionalTokens,
            String name) {
        String sizes = "featureMap=" + featureMap + ", heads=" + heads + ", kernelSize=" + neighborhood.kernelSize()
                + ", " + name + "=" + dim + ", additionalTokens=" + additionalTokens;
        requireCountable(featureMap, additionalTokens, heads, dim, sizes);
        long slots = 1;
        for (int kernelSize : neighborhood.kernelSize()) {
            slots *= kernelSize; // no more than there are tokens
        }
        slots += additionalTokens;
        if (slots > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a query must have at most " + Integer.MAX_VALUE
                    + " slots, the product of kernelSize and one per additional key, but has " + slots + " (" + sizes
                    + "); choose a smaller kernelSize, or attention in one piece, which keeps no scores");
        }
        requireCountable(featureMap, additionalTokens, heads, dim + slots, sizes);
    }
}
