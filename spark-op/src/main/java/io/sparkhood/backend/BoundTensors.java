package io.sparkhood.backend;

import io.sparkhood.operator.Operator;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one run in the order of the operator's ports, checked once, here, so that no run has to. May be used for
 * any number of runs of up to {@link #maxBatch()} rows.
 */
public final class BoundTensors {
    private final List<Tensor> inputs;
    private final List<Tensor> outputs;
    private final long maxBatch;

    private BoundTensors(List<Tensor> inputs, List<Tensor> outputs, long maxBatch) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.maxBatch = maxBatch;
    }

    /**
     * Binds tensors to the plan's ports by name.
     *
     * @param maxBatch rows that the tensors must hold
     * @throws IllegalArgumentException if a tensor is missing, of another dtype, too short, or not a port's
     */
    public static BoundTensors of(Plan plan, long maxBatch, Map<String, Tensor> tensors) {
        if (maxBatch < 1 || maxBatch > plan.maxBatch()) {
            throw new IllegalArgumentException(
                    "a batch must have 1 to " + plan.maxBatch() + " rows on this plan, but has " + maxBatch);
        }
        Operator operator = plan.operator();
        List<Tensor> inputs = bind(operator.inputs(), maxBatch, tensors);
        List<Tensor> outputs = bind(operator.outputs(), maxBatch, tensors);
        if (tensors.size() != inputs.size() + outputs.size()) {
            List<String> unknown = new ArrayList<>(tensors.keySet());
            operator.inputs().forEach(port -> unknown.remove(port.name()));
            operator.outputs().forEach(port -> unknown.remove(port.name()));
            throw new IllegalArgumentException("the operator has no port " + String.join(", ", unknown));
        }
        return new BoundTensors(inputs, outputs, maxBatch);
    }

    private static List<Tensor> bind(List<Port> ports, long rows, Map<String, Tensor> tensors) {
        List<Tensor> bound = new ArrayList<>();
        for (Port port : ports) {
            @Nullable Tensor tensor = tensors.get(port.name());
            if (tensor == null) {
                throw new IllegalArgumentException("tensor " + port.name() + " is missing");
            }
            if (tensor.dtype() != port.dtype()) {
                throw new IllegalArgumentException(
                        "tensor " + port.name() + " must be " + port.dtype() + ", but is " + tensor.dtype());
            }
            long needed = needed(port, rows, tensor.tokenStride());
            if (tensor.elements() < needed) {
                throw new IllegalArgumentException("tensor " + port.name() + " must have " + needed + " elements for "
                        + rows + " rows of " + port.shape() + ", but has " + tensor.elements());
            }
            bound.add(tensor);
        }
        return bound;
    }

    private static long needed(Port port, long rows, long tokenStride) {
        if (tokenStride == 0) {
            return Math.multiplyExact(rows, port.elements());
        }
        long tokens = Math.multiplyExact(rows, port.tokens());
        long perToken = port.elements() / port.tokens();
        return Math.addExact(Math.multiplyExact(tokens - 1, tokenStride), perToken);
    }

    /** Tensors of {@link Operator#inputs()}, in that order. */
    public List<Tensor> inputs() {
        return inputs;
    }

    /** Tensors of {@link Operator#outputs()}, in that order. */
    public List<Tensor> outputs() {
        return outputs;
    }

    /** Rows that these tensors hold. */
    public long maxBatch() {
        return maxBatch;
    }
}
