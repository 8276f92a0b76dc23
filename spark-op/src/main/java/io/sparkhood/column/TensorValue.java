package io.sparkhood.column;

import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;

/** One tensor of one row, checked to be whole in itself: its length is the product of its shape, where it has one. */
public sealed interface TensorValue {
    /** Element type. */
    DType dtype();

    /** Number of elements. */
    int elements();

    /** Writes all elements from element {@code at} on. */
    void writeTo(Staging staging, long at);

    /** The elements themselves as a tensor of the lane, or nothing where they or its tensors lie in another form. */
    default Optional<Tensor> adopt(Lane lane) {
        return Optional.empty();
    }

    /** Index of the first NaN or infinity, or -1 if there is none. Reads every element. */
    int firstNonFinite();

    /** The element as a float32. */
    float element(int index);

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

        @Override
        public int firstNonFinite() {
            for (int i = 0; i < values.length; i++) {
                if (!Float.isFinite(values[i])) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public float element(int index) {
            return values[index];
        }
    }

    /**
     * Without a shape of its own, rounded to float32 on the way into a batch and not before: a sparse vector may say that it
     * has a billion elements, and is asked for room only when all sizes of its row agree.
     */
    record Rounded(Vector vector) implements TensorValue {
        @Override
        public DType dtype() {
            return DType.FLOAT32;
        }

        @Override
        public int elements() {
            return vector.size();
        }

        @Override
        public void writeTo(Staging staging, long at) {
            float[] floats = new float[vector.size()];
            double[] values = values();
            for (int i = 0; i < values.length; i++) {
                floats[index(i)] = (float) values[i];
            }
            staging.write(at, floats, 0, floats.length);
        }

        @Override
        public int firstNonFinite() {
            double[] values = values();
            for (int i = 0; i < values.length; i++) {
                if (!Float.isFinite((float) values[i])) {
                    return index(i);
                }
            }
            return -1;
        }

        @Override
        public float element(int index) {
            return (float) vector.apply(index);
        }

        private double[] values() {
            return vector instanceof SparseVector sparse ? sparse.values() : ((DenseVector) vector).values();
        }

        private int index(int active) {
            return vector instanceof SparseVector sparse ? sparse.indices()[active] : active;
        }
    }

    /** With its shape; {@code data} is little-endian. */
    record Shaped(List<Integer> shape, DType dtype, byte[] data) implements TensorValue {
        private static final VarHandle INTS =
                MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
        private static final VarHandle SHORTS =
                MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

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

        /** Bits alone tell: all exponent bits are set in a NaN and an infinity, whatever the type. */
        @Override
        public int firstNonFinite() {
            int count = elements();
            int exponent = exponentBits();
            for (int i = 0; i < count; i++) {
                if ((bits(i) & exponent) == exponent) {
                    return i;
                }
            }
            return -1;
        }

        private int exponentBits() {
            return switch (dtype) {
                case FLOAT32 -> 0x7f800000;
                case FLOAT16 -> 0x7c00;
                case BFLOAT16 -> 0x7f80;
            };
        }

        private int bits(int index) {
            return dtype == DType.FLOAT32 ? (int) INTS.get(data, 4 * index) : (short) SHORTS.get(data, 2 * index);
        }

        @Override
        public float element(int index) {
            return dtype == DType.FLOAT32 ? Float.intBitsToFloat(bits(index)) : dtype.widen((short) bits(index));
        }
    }
}
