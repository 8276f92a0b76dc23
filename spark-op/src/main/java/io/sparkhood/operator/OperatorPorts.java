package io.sparkhood.operator;

import static io.sparkhood.operator.DType.FLOAT32;

import java.util.ArrayList;
import java.util.List;

/** Makes the ports of an operator of neighborhood attention. */
record OperatorPorts(NeighborhoodOperator operator) {
    /** {@code [*featureMap, *inner]}. */
    Port onGrid(String name, DType dtype, int... inner) {
        List<Integer> shape = new ArrayList<>(operator.featureMap());
        for (int extent : inner) {
            shape.add(extent);
        }
        return new Port(name, dtype, shape, operator.rank(), false);
    }

    /** {@code [*featureMap, heads, slots]}, float32. */
    Port slots(String name) {
        return onGrid(name, FLOAT32, operator.heads(), Math.toIntExact(operator.slots()));
    }

    /** {@code [additionalTokens, keyValueHeads, dim]}, or nothing where there are none. */
    List<Port> additional(String name, int dim) {
        int tokens = operator.additionalTokens();
        return tokens == 0
                ? List.of()
                : List.of(new Port(name, operator.dtype(), List.of(tokens, operator.keyValueHeads(), dim), 1, false));
    }

    /** {@code [heads, *(2 kernelSize - 1)]}, float32, shared by all rows. */
    Port relativePositionBias() {
        List<Integer> shape = new ArrayList<>();
        shape.add(operator.heads());
        for (int kernelSize : operator.neighborhood().kernelSize()) {
            shape.add(Math.subtractExact(Math.multiplyExact(2, kernelSize), 1));
        }
        return new Port(NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS, FLOAT32, shape, 0, false);
    }
}
