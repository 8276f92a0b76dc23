package io.sparkhood.ml;

import static io.sparkhood.operator.NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS;

import io.sparkhood.backend.Parameters;
import io.sparkhood.column.InvalidRowException;
import io.sparkhood.column.RowOperator;
import io.sparkhood.column.TensorValue;
import io.sparkhood.column.TensorValue.Shaped;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import io.sparkhood.operator.Operator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which operator a row asks for: params and the shapes of its tensors, held against each other. Tensors come in the order
 * query, key, value and, if the stage has them, additionalKeys, additionalValues.
 *
 * @param columns names of these columns, for messages
 */
record AttentionRows(List<String> columns, AttentionParams params) implements RowOperator {
    AttentionRows {
        columns = List.copyOf(columns);
    }

    @Override
    public Operator of(List<TensorValue> tensors) {
        return new Resolution(tensors).operator();
    }

    @Override
    public Parameters parameters(Operator operator) {
        if (operator.parameters().isEmpty()) {
            return Parameters.NONE;
        }
        return Parameters.of(RELATIVE_POSITION_BIAS, params.flatBias());
    }

    /** The sizes of one row, each found once and then required of the other tensors. */
    private final class Resolution {
        private final List<TensorValue> tensors;
        private final List<Integer> featureMap;
        private final int heads;
        private final int headDim;
        private final int keyValueHeads;
        private final long tokens;

        Resolution(List<TensorValue> tensors) {
            this.tensors = tensors;
            if (tensors.get(0) instanceof Shaped query) {
                int rank = query.shape().size() - 2;
                if (rank < 1 || rank > 3) {
                    throw bad(
                            0, "shape must be [*featureMap, heads, headDim], 3 to 5 numbers, but is " + query.shape());
                }
                requirePositive(0, query.shape());
                featureMap = query.shape().subList(0, rank);
                requireParam(0, "featureMap", params.featureMap().isEmpty() ? null : params.featureMap(), featureMap);
                heads = query.shape().get(rank);
                requireParam(0, "heads", params.heads(), heads);
                headDim = query.shape().get(rank + 1);
                tokens = product(featureMap);
            } else {
                featureMap = params.featureMap();
                heads = required("heads", params.heads());
                tokens = product(featureMap);
                headDim = innermost(0, "tokens × heads", tokens, heads);
            }
            keyValueHeads = keyValueHeads();
        }

        Operator operator() {
            int axes = params.kernelSize().length;
            if (axes != 1 && axes != featureMap.size()) {
                throw bad(
                        0,
                        "the feature map " + featureMap + " must have as many axes as kernelSize, " + axes
                                + ", but has " + featureMap.size());
            }
            requireShape(1, headDim);
            int valueDim = lastDim(2);
            Builder builder = params.builder(featureMap)
                    .heads(heads)
                    .keyValueHeads(keyValueHeads)
                    .headDim(headDim)
                    .valueDim(valueDim)
                    .dtype(dtype());
            if (tensors.size() > 3) {
                builder.additionalTokens(additionalTokens(valueDim));
            }
            try {
                NeighborhoodAttentionOperator operator = builder.build();
                params.requireBias(operator);
                return operator;
            } catch (IllegalArgumentException e) {
                throw bad(0, e.getMessage());
            }
        }

        private int keyValueHeads() {
            for (int port : new int[] {1, 2}) {
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

        private int lastDim(int port) {
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
        private void requireShape(int port, int dim) {
            List<Integer> expected = new ArrayList<>(featureMap);
            expected.add(keyValueHeads);
            expected.add(dim);
            requireExactly(port, expected);
        }

        private void requireExactly(int port, List<Integer> expected) {
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

        private int additionalTokens(int valueDim) {
            int count;
            if (tensors.get(3) instanceof Shaped keys) {
                requireRank(3, keys, 3, "[n, keyValueHeads, headDim]");
                count = keys.shape().get(0);
            } else {
                count = quotient(3, "keyValueHeads × headDim", (long) keyValueHeads * headDim);
            }
            requireExactly(3, List.of(count, keyValueHeads, headDim));
            requireExactly(4, List.of(count, keyValueHeads, valueDim));
            return count;
        }

        private DType dtype() {
            DType dtype = tensors.get(0).dtype();
            for (int port = 1; port < tensors.size(); port++) {
                if (tensors.get(port).dtype() != dtype) {
                    throw bad(
                            port,
                            "dtype must be that of column " + columns.get(0) + ", " + dtype + ", but is "
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

        private InvalidRowException bad(int port, @Nullable String sentence) {
            return InvalidRowException.of(columns.get(port), sentence);
        }
    }
}
