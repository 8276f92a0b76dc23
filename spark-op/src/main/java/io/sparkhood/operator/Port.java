package io.sparkhood.operator;

import java.util.List;

/**
 * One tensor that an operator reads or writes.
 *
 * @param name the field's word for it, such as {@code query}
 * @param dtype element type
 * @param shape extents of one row (of the whole tensor for a parameter), row-major, last axis fastest
 * @param tokenAxes how many leading axes of the shape count tokens; the rest is one token's elements
 * @param optional whether a caller may leave it unbound
 */
public record Port(String name, DType dtype, List<Integer> shape, int tokenAxes, boolean optional) {
    public Port {
        shape = List.copyOf(shape);
        elements(shape); // an overflowing product must not exist
    }

    /** Elements of one row. */
    public long elements() {
        return elements(shape);
    }

    /** Tokens of one row; 1 for a tensor without token axes. */
    public long tokens() {
        return elements(shape.subList(0, tokenAxes));
    }

    /** Bytes of one row. */
    public long bytes() {
        return Math.multiplyExact(elements(), dtype.bytes());
    }

    private static long elements(List<Integer> shape) {
        long product = 1;
        for (int extent : shape) {
            product = Math.multiplyExact(product, extent);
        }
        return product;
    }
}
