package io.sparkhood.cpu;

import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import java.util.Objects;

/** A tensor in the Java heap, which is its own host side: a float[], or little-endian bytes. */
abstract sealed class HostTensor implements Tensor, Staging permits HostTensor.Floats, HostTensor.Bytes {
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
        return dtype == DType.FLOAT32
                ? of(new float[Math.toIntExact(elements)])
                : of(dtype, new byte[Math.toIntExact(Math.multiplyExact(elements, dtype.bytes()))]);
    }

    /** The array as a tensor. */
    static HostTensor of(float[] array) {
        return new Floats(array, 0, array.length, 0);
    }

    /** The elements that lie in the bytes, as a tensor. */
    static HostTensor of(DType dtype, byte[] array) {
        return new Bytes(dtype, array, 0, array.length / dtype.bytes(), 0);
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
            LittleEndian.floats(source, fromByte, count).get(array, to, count);
        }

        @Override
        public void read(long at, float[] target, int to, int count) {
            System.arraycopy(array, at(at, count), target, to, count);
        }

        @Override
        public void read(long at, byte[] target, int toByte, int count) {
            int from = at(at, count);
            LittleEndian.floats(target, toByte, count).put(array, from, count);
        }
    }

    static final class Bytes extends HostTensor {
        final byte[] array;

        private Bytes(DType dtype, byte[] array, int offset, int elements, long tokenStride) {
            super(dtype, offset, elements, tokenStride);
            this.array = array;
        }

        @Override
        public HostTensor view(long from, long tokenStride) {
            int skip = (int) Objects.checkIndex(from, elements);
            return new Bytes(dtype(), array, offset + skip, elements - skip, tokenStride);
        }

        @Override
        float get(long index) {
            return LittleEndian.get(dtype(), array, (int) (offset + index));
        }

        @Override
        void set(long index, double value) {
            LittleEndian.set(dtype(), array, (int) (offset + index), (float) value);
        }

        @Override
        public void write(long at, float[] source, int from, int count) {
            int to = at(at, count);
            Objects.checkFromIndexSize(from, count, source.length);
            for (int i = 0; i < count; i++) {
                LittleEndian.set(dtype(), array, to + i, source[from + i]);
            }
        }

        @Override
        public void write(long at, byte[] source, int fromByte, int count) {
            int bytes = dtype().bytes();
            System.arraycopy(source, fromByte, array, bytes * at(at, count), Math.multiplyExact(bytes, count));
        }

        @Override
        public void read(long at, float[] target, int to, int count) {
            int from = at(at, count);
            Objects.checkFromIndexSize(to, count, target.length);
            for (int i = 0; i < count; i++) {
                target[to + i] = LittleEndian.get(dtype(), array, from + i);
            }
        }

        @Override
        public void read(long at, byte[] target, int toByte, int count) {
            int bytes = dtype().bytes();
            System.arraycopy(array, bytes * at(at, count), target, toByte, Math.multiplyExact(bytes, count));
        }
    }
}
