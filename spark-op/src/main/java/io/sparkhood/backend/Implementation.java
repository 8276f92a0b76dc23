package io.sparkhood.backend;

import java.util.Arrays;
import java.util.List;

/**
 * How a backend computes neighborhood attention: the three ways that Hassani, Hwu and Shi compare in "Faster Neighborhood
 * Attention: Reducing the O(n^2) Cost of Self Attention at the Threadblock Level" (2024). All give the same results but for
 * rounding.
 */
public enum Implementation {
    /** The backend's choice. */
    AUTO("auto"),
    /** Scores, softmax and mixing in one pass over tiles; the attention weights never are in memory. */
    FUSED("fused"),
    /** Scores by an implicit matrix product over all rows, heads and dilation groups, softmax, mixing by another such product. */
    GEMM("gemm"),
    /** Each pair of a query and a key by itself, without tiles. */
    NAIVE("naive");

    private final String text;

    Implementation(String text) {
        this.text = text;
    }

    /**
     * The implementation of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Implementation of(String name) {
        for (Implementation implementation : values()) {
            if (implementation.text.equals(name)) {
                return implementation;
            }
        }
        throw new IllegalArgumentException(
                "implementation must be one of " + String.join(", ", names()) + ", but is '" + name + "'");
    }

    /** The names, in order. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Implementation::toString).toList();
    }

    /** Whether the attention weights of a whole batch lie in memory between its passes. */
    public boolean keepsWeights() {
        return this == GEMM || this == NAIVE;
    }

    /** {@code auto}, {@code fused}, {@code gemm} or {@code naive}. */
    @Override
    public String toString() {
        return text;
    }
}
