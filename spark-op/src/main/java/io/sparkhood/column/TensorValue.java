package io.sparkhood.column;

import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import java.util.List;
import java.util.Optional;

/** One tensor of one row, checked to be whole in itself: its length is the product of its shape, where it has one. */
public sealed interface TensorValue {
    /** Element type. */
    DType dtype();

    /** Number of elements. */
    int elements();

    /** Writes all elements from element {@code at} on. */
    void writeTo(Staging staging, long at);

    /** The elements themselves as a tensor of the lane, or nothing where it keeps tensors elsewhere. */
    Optional<Tensor> adopt(Lane lane);

    /** Without a shape of its own. */
    record Flat(float[] values) implements TensorValue {
        @Override
        public DType dtype() {
            return DType.FLOAT32;
        }

        @Override
        public int elements() {
            return values.length;
        }

        @Override
        public void writeTo(Staging staging, long at) {
            staging.write(at, values, 0, values.length);
        }

        @Override
        public Optional<Tensor> adopt(Lane lane) {
            return lane.adopt(values);
        }
    }

    /** With its shape; {@code data} is little-endian. */
    record Shaped(List<Integer> shape, DType dtype, byte[] data) implements TensorValue {
        @Override
        public int elements() {
            return data.length / dtype.bytes();
        }

        @Override
        public void writeTo(Staging staging, long at) {
            staging.write(at, data, 0, elements());
        }

        @Override
        public Optional<Tensor> adopt(Lane lane) {
            return lane.adopt(dtype, data);
        }
    }
}
