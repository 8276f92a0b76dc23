package io.sparkhood.ml;

import io.sparkhood.column.InvalidRowException;
import io.sparkhood.column.TensorValue;
import io.sparkhood.column.TensorValue.Shaped;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of one row, each found once and then required of the other tensors. The first tensor is {@code [*featureMap, heads,
 * last]}; tensors of keys or values are {@code [*featureMap, keyValueHeads, dim]}.
 */
final class RowSizes {
    private final List<String> columns;
    private final AttentionParams params;
    private final List<TensorValue> tensors;
    private final List<Integer> featureMap;
    private final int heads;
    private final int keyValueHeads;
    private final long tokens;
    /** Elements of a token and head of the first tensor. */
    final int last;

    /**
     * Finds the sizes of a row.
     *
     * @param columns names of the tensors, for messages
     * @param lastName what the last axis of the first tensor is
     * @param keyValuePorts the tensors on the grid that have keyValueHeads
     */
    RowSizes(
            List<String> columns,
            AttentionParams params,
            List<TensorValue> tensors,
            String lastName,
            List<Integer> keyValuePorts) {
        this.columns = columns;
        this.params = params;
        this.tensors = tensors;
        if (tensors.get(0) instanceof Shaped first) {
            int rank = first.shape().size() - 2;
            if (rank < 1 || rank > 3) {
                throw bad(
                        0,
                        "shape must be [*featureMap, heads, " + lastName + "], 3 to 5 numbers, but is "
                                + first.shape());
            }
            requirePositive(0, first.shape());
            featureMap = first.shape().subList(0, rank);
            requireParam(0, "featureMap", params.featureMap().isEmpty() ? null : params.featureMap(), featureMap);
            heads = first.shape().get(rank);
            requireParam(0, "heads", params.heads(), heads);
            last = first.shape().get(rank + 1);
            tokens = product(featureMap);
        } else {
            featureMap = params.featureMap();
            heads = required("heads", params.heads());
            tokens = product(featureMap);
            last = innermost(0, "tokens × heads", tokens, heads);
        }
        keyValueHeads = keyValueHeads(keyValuePorts);
    }

    /**
     * Attention of these sizes.
     *
     * @throws InvalidRowException if they do not fit each other or the params
     */
    NeighborhoodAttentionOperator attention(int headDim, int valueDim, int additionalTokens, DType dtype) {
        Builder builder = params.builder(featureMap)
                .heads(heads)
                .keyValueHeads(keyValueHeads)
                .headDim(headDim)
                .valueDim(valueDim)
                .additionalTokens(additionalTokens)
                .dtype(dtype);
        return made(() -> {
            NeighborhoodAttentionOperator operator = builder.build();
            params.requireBias(operator);
            return operator;
        });
    }

    /** An operator, whose rules blame the first tensor. */
    <T> T made(Supplier<T> operator) {
        try {
            return operator.get();
        } catch (IllegalArgumentException e) {
            throw bad(0, e.getMessage());
        }
    }

    /** Requires the feature map to have the axes of kernelSize. */
    void requireAxes() {
        int axes = params.kernelSize().length;
        if (axes != 1 && axes != featureMap.size()) {
            throw bad(
                    0,
                    "the feature map " + featureMap + " must have as many axes as kernelSize, " + axes + ", but has "
                            + featureMap.size());
        }
    }

    private int keyValueHeads(List<Integer> ports) {
        for (int port : ports) {
            if (tensors.get(port) instanceof Shaped shaped) {
                requireRank(port, shaped, featureMap.size() + 2, "[*featureMap, keyValueHeads, dim]");
                requirePositive(port, shaped.shape());
                int found = shaped.shape().get(featureMap.size());
                requireParam(port, "keyValueHeads", params.keyValueHeads(), found);
                return found;
            }
        }
        @Nullable Integer param = params.keyValueHeads();
        return param != null ? param : heads;
    }

    /** Elements of a token and head of keys or values. */
    int lastDim(int port) {
        if (tensors.get(port) instanceof Shaped shaped) {
            requireRank(port, shaped, featureMap.size() + 2, "[*featureMap, keyValueHeads, dim]");
            requirePositive(port, shaped.shape());
            int last = shaped.shape().get(featureMap.size() + 1);
            requireShape(port, last);
            return last;
        }
        return innermost(port, "tokens × keyValueHeads", tokens, keyValueHeads);
    }

    /** Requires {@code [*featureMap, keyValueHeads, dim]} of a tensor. */
    void requireShape(int port, int dim) {
        List<Integer> expected = new ArrayList<>(featureMap);
        expected.add(keyValueHeads);
        expected.add(dim);
        requireExactly(port, expected);
    }

    void requireExactly(int port, List<Integer> expected) {
        if (tensors.get(port) instanceof Shaped shaped) {
            if (!shaped.shape().equals(expected)) {
                throw bad(port, "shape must be " + expected + ", but is " + shaped.shape());
            }
        } else if (tensors.get(port).elements() != product(expected)) {
            throw bad(
                    port,
                    "length must be " + product(expected) + " for shape " + expected + ", but is "
                            + tensors.get(port).elements());
        }
    }

    /**
     * How many additional keys or values there are.
     *
     * @param dimName what an element of one is
     */
    int additionalTokens(int port, int dim, String dimName) {
        int count;
        if (tensors.get(port) instanceof Shaped keys) {
            requireRank(port, keys, 3, "[n, keyValueHeads, " + dimName + "]");
            count = keys.shape().get(0);
        } else {
            count = quotient(port, "keyValueHeads × " + dimName, (long) keyValueHeads * dim);
        }
        requireAdditional(port, count, dim);
        return count;
    }

    /** Requires {@code [count, keyValueHeads, dim]} of a tensor. */
    void requireAdditional(int port, int count, int dim) {
        requireExactly(port, List.of(count, keyValueHeads, dim));
    }

    /** The dtype that a tensor and all after it have. */
    DType dtype(int first) {
        DType dtype = tensors.get(first).dtype();
        for (int port = first + 1; port < tensors.size(); port++) {
            if (tensors.get(port).dtype() != dtype) {
                throw bad(
                        port,
                        "dtype must be that of column " + columns.get(first) + ", " + dtype + ", but is "
                                + tensors.get(port).dtype() + "; convert one of them");
            }
        }
        return dtype;
    }

    private int innermost(int port, String name, long outer, int inner) {
        int dim = quotient(port, name, Math.multiplyExact(outer, inner));
        if (dim == 0) {
            throw bad(port, "the tensor is empty");
        }
        return dim;
    }

    /** How many times the unit goes into a flat tensor. */
    private int quotient(int port, String name, long unit) {
        int length = tensors.get(port).elements();
        if (length % unit != 0) {
            throw bad(
                    port,
                    "length must be a multiple of " + name + " = " + unit + ", but is " + length + " (featureMap="
                            + featureMap + ", heads=" + heads + ")");
        }
        return (int) (length / unit);
    }

    private void requireRank(int port, Shaped shaped, int rank, String meaning) {
        if (shaped.shape().size() != rank) {
            throw bad(port, "shape must be " + meaning + ", " + rank + " numbers, but is " + shaped.shape());
        }
    }

    private void requirePositive(int port, List<Integer> shape) {
        if (shape.contains(0)) {
            throw bad(port, "every extent must be at least 1, but the shape is " + shape);
        }
    }

    private void requireParam(int port, String name, @Nullable Object param, Object found) {
        if (param != null && !param.equals(found)) {
            throw bad(port, name + " must be " + param + " as the param says, but is " + found);
        }
    }

    private <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw bad(0, "it carries no shape, so the param " + name + " is required");
        }
        return value;
    }

    private static long product(List<Integer> extents) {
        long product = 1;
        for (int extent : extents) {
            product = Math.multiplyExact(product, extent);
        }
        return product;
    }

    InvalidRowException bad(int port, @Nullable String sentence) {
        return InvalidRowException.of(columns.get(port), sentence);
    }
}
