package io.sparkhood.cuda;

import io.sparkhood.backend.Staging;
import io.sparkhood.operator.DType;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Objects;

/**
 * The host side of a tensor in pinned memory.
 *
 * @param offset element of the memory at which the tensor starts
 * @param elements of the tensor
 * @param ready returns when no copy to or from the device uses this memory any more
 */
record PinnedStaging(PinnedMemory memory, DType dtype, long offset, long elements, Runnable ready) implements Staging {
    @Override
    public void write(long at, float[] source, int from, int count) {
        Objects.checkFromIndexSize(from, count, source.length);
        forEachPart(at, count, (buffer, fromByte) -> {
            int first = from + (int) (fromByte / dtype.bytes());
            if (dtype == DType.FLOAT32) {
                FloatBuffer floats = buffer.asFloatBuffer();
                floats.put(source, first, floats.capacity());
            } else {
                ShortBuffer halves = buffer.asShortBuffer();
                for (int i = 0; i < halves.capacity(); i++) {
                    halves.put(i, dtype.narrow(source[first + i]));
                }
            }
        });
    }

    @Override
    public void write(long at, byte[] source, int fromByte, int count) {
        Objects.checkFromIndexSize(fromByte, (long) count * dtype.bytes(), source.length);
        forEachPart(at, count, (buffer, from) -> buffer.put(source, fromByte + (int) from, buffer.capacity()));
    }

    @Override
    public void read(long at, float[] target, int to, int count) {
        Objects.checkFromIndexSize(to, count, target.length);
        forEachPart(at, count, (buffer, fromByte) -> {
            int first = to + (int) (fromByte / dtype.bytes());
            if (dtype == DType.FLOAT32) {
                FloatBuffer floats = buffer.asFloatBuffer();
                floats.get(target, first, floats.capacity());
            } else {
                ShortBuffer halves = buffer.asShortBuffer();
                for (int i = 0; i < halves.capacity(); i++) {
                    target[first + i] = dtype.widen(halves.get(i));
                }
            }
        });
    }

    @Override
    public void read(long at, byte[] target, int toByte, int count) {
        Objects.checkFromIndexSize(toByte, (long) count * dtype.bytes(), target.length);
        forEachPart(at, count, (buffer, from) -> buffer.get(target, toByte + (int) from, buffer.capacity()));
    }

    private void forEachPart(long at, int count, PinnedMemory.Part part) {
        Objects.checkFromIndexSize(at, (long) count, elements);
        ready.run();
        memory.forEachPart((offset + at) * dtype.bytes(), (long) count * dtype.bytes(), part);
    }
}
