package io.sparkhood.operator;

import java.util.List;

/**
 * What is to be computed for every row of a batch: an immutable value with the equality of its components, checked when it
 * is made and nowhere else. Backends turn it into a plan.
 */
public interface Operator {
    /** Tensors read, one value per row. */
    List<Port> inputs();

    /** Tensors written, one value per row. */
    List<Port> outputs();

    /** Tensors read that all rows share, such as a bias or weights. */
    List<Port> parameters();

    /** Bytes that one row of all inputs and outputs takes. */
    default long rowBytes() {
        long bytes = 0;
        for (Port port : inputs()) {
            bytes = Math.addExact(bytes, port.bytes());
        }
        for (Port port : outputs()) {
            bytes = Math.addExact(bytes, port.bytes());
        }
        return bytes;
    }
}
