package io.sparkhood.operator;

import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * The rule that says which keys a query sees, per axis. A key is visible if it is visible on every axis.
 *
 * @param kernelSize keys per query, at least 1; even sizes reach one further to the left
 * @param stride queries that share one window, 1 to kernelSize: 1 slides, kernelSize blocks
 * @param dilation distance between neighbouring keys, at least 1
 * @param causal whether a query sees no key after itself on that axis
 */
public record Neighborhood(
        List<Integer> kernelSize, List<Integer> stride, List<Integer> dilation, List<Boolean> causal) {
    public Neighborhood {
        kernelSize = List.copyOf(kernelSize);
        stride = List.copyOf(stride);
        dilation = List.copyOf(dilation);
        causal = List.copyOf(causal);
        int rank = kernelSize.size();
        if (rank < 1 || rank > 3) {
            throw new IllegalArgumentException(
                    "kernelSize must have 1, 2 or 3 axes, but has " + rank + " (kernelSize=" + kernelSize + ")");
        }
        requireRank("stride", stride, rank, kernelSize);
        requireRank("dilation", dilation, rank, kernelSize);
        requireRank("causal", causal, rank, kernelSize);
        for (int axis = 0; axis < rank; axis++) {
            requirePositive("kernelSize", kernelSize, axis);
            requirePositive("stride", stride, axis);
            requirePositive("dilation", dilation, axis);
            if (stride.get(axis) > kernelSize.get(axis)) {
                throw new IllegalArgumentException("stride must not exceed kernelSize: on axis " + axis + ", "
                        + stride.get(axis) + " > " + kernelSize.get(axis) + " (stride=" + stride + ", kernelSize="
                        + kernelSize + "); a larger stride would leave keys that no query sees");
            }
        }
    }

    /** Sliding windows without dilation, not causal. */
    public static Neighborhood of(Integer... kernelSize) {
        int rank = kernelSize.length;
        return new Neighborhood(
                List.of(kernelSize),
                Collections.nCopies(rank, 1),
                Collections.nCopies(rank, 1),
                Collections.nCopies(rank, false));
    }

    /** Number of axes: 1, 2 or 3. */
    public int rank() {
        return kernelSize.size();
    }

    private static void requireRank(String name, List<?> values, int rank, List<Integer> kernelSize) {
        if (values.size() != rank) {
            throw new IllegalArgumentException(name + " must have one value per axis: " + values.size() + " values for "
                    + rank + " axes (" + name + "=" + values + ", kernelSize=" + kernelSize + ")");
        }
    }

    private static void requirePositive(String name, List<Integer> values, int axis) {
        if (Objects.requireNonNull(values.get(axis)) < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: on axis " + axis + ", " + values.get(axis)
                    + " (" + name + "=" + values + ")");
        }
    }
}
