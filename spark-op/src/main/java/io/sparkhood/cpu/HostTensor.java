package io.sparkhood.cpu;

import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/** A tensor in the Java heap: a float[] or short[], which is its own host side. */
abstract sealed class HostTensor implements Tensor, Staging permits HostTensor.Floats, HostTensor.Halves {
    final int offset;
    final int elements;
    private final DType dtype;
    private final long tokenStride;

    private HostTensor(DType dtype, int offset, int elements, long tokenStride) {
        this.dtype = dtype;
        this.offset = offset;
        this.elements = elements;
        this.tokenStride = tokenStride;
    }

    static HostTensor allocate(DType dtype, long elements) {
        int length = Math.toIntExact(elements);
        return dtype == DType.FLOAT32
                ? new Floats(new float[length], 0, length, 0)
                : new Halves(dtype, new short[length], 0, length, 0);
    }

    @Override
    public final DType dtype() {
        return dtype;
    }

    @Override
    public final long elements() {
        return elements;
    }

    @Override
    public final long tokenStride() {
        return tokenStride;
    }

    /** The element at this index as a number. */
    abstract float get(long index);

    /** Rounds a number into the element at this index. */
    abstract void set(long index, double value);

    @Override
    public final void close() {}

    /** The first array index of a checked range of this tensor. */
    final int at(long at, int count) {
        return offset + (int) Objects.checkFromIndexSize(at, count, elements);
    }

    static final class Floats extends HostTensor {
        private static final VarHandle LITTLE_ENDIAN =
                MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

        final float[] array;

        private Floats(float[] array, int offset, int elements, long tokenStride) {
            super(DType.FLOAT32, offset, elements, tokenStride);
            this.array = array;
        }

        @Override
        public HostTensor view(long from, long tokenStride) {
            int skip = (int) Objects.checkIndex(from, elements);
            return new Floats(array, offset + skip, elements - skip, tokenStride);
        }

        @Override
        float get(long index) {
            return array[(int) (offset + index)];
        }

        @Override
        void set(long index, double value) {
            array[(int) (offset + index)] = (float) value;
        }

        @Override
        public void write(long at, float[] source, int from, int count) {
            System.arraycopy(source, from, array, at(at, count), count);
        }

        @Override
        public void write(long at, byte[] source, int fromByte, int count) {
            int to = at(at, count);
            Objects.checkFromIndexSize(fromByte, 4L * count, source.length);
            for (int i = 0; i < count; i++) {
                array[to + i] = (float) LITTLE_ENDIAN.get(source, fromByte + 4 * i);
            }
        }

        @Override
        public void read(long at, float[] target, int to, int count) {
            System.arraycopy(array, at(at, count), target, to, count);
        }

        @Override
        public void read(long at, byte[] target, int toByte, int count) {
            int from = at(at, count);
            Objects.checkFromIndexSize(toByte, 4L * count, target.length);
            for (int i = 0; i < count; i++) {
                LITTLE_ENDIAN.set(target, toByte + 4 * i, array[from + i]);
            }
        }
    }

    static final class Halves extends HostTensor {
        private static final VarHandle LITTLE_ENDIAN =
                MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

        final short[] array;

        private Halves(DType dtype, short[] array, int offset, int elements, long tokenStride) {
            super(dtype, offset, elements, tokenStride);
            this.array = array;
        }

        @Override
        public HostTensor view(long from, long tokenStride) {
            int skip = (int) Objects.checkIndex(from, elements);
            return new Halves(dtype(), array, offset + skip, elements - skip, tokenStride);
        }

        @Override
        float get(long index) {
            return dtype().widen(array[(int) (offset + index)]);
        }

        @Override
        void set(long index, double value) {
            array[(int) (offset + index)] = dtype().narrow((float) value);
        }

        @Override
        public void write(long at, float[] source, int from, int count) {
            int to = at(at, count);
            for (int i = 0; i < count; i++) {
                array[to + i] = dtype().narrow(source[from + i]);
            }
        }

        @Override
        public void write(long at, byte[] source, int fromByte, int count) {
            int to = at(at, count);
            Objects.checkFromIndexSize(fromByte, 2L * count, source.length);
            for (int i = 0; i < count; i++) {
                array[to + i] = (short) LITTLE_ENDIAN.get(source, fromByte + 2 * i);
            }
        }

        @Override
        public void read(long at, float[] target, int to, int count) {
            int from = at(at, count);
            for (int i = 0; i < count; i++) {
                target[to + i] = dtype().widen(array[from + i]);
            }
        }

        @Override
        public void read(long at, byte[] target, int toByte, int count) {
            int from = at(at, count);
            Objects.checkFromIndexSize(toByte, 2L * count, target.length);
            for (int i = 0; i < count; i++) {
                LITTLE_ENDIAN.set(target, toByte + 2 * i, array[from + i]);
            }
        }
    }
}
