package io.sparkhood.cpu;

import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor of a run, seen as {@code [row][token][head][dim]}.
 *
 * @param floats where it lies, unless in bytes
 * @param bytes where it lies otherwise
 * @param offset its first element
 * @param tokenStride elements from one token to the next
 * @param tokens tokens of a row
 * @param dims elements of one head
 */
record HeadRows(float[] floats, byte[] bytes, DType dtype, int offset, int tokenStride, int tokens, int dims) {
    private static final float[] NO_FLOATS = {};
    private static final byte[] NO_BYTES = {};

    /** Dense floats of this shape, from the first of an array on. */
    static HeadRows of(float[] floats, int tokens, int heads, int dims) {
        return new HeadRows(floats, NO_BYTES, DType.FLOAT32, 0, heads * dims, tokens, dims);
    }

    static List<HeadRows> of(List<Tensor> tensors, List<Port> ports) {
        List<HeadRows> rows = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            rows.add(of((HostTensor) tensors.get(i), ports.get(i)));
        }
        return rows;
    }

    private static HeadRows of(HostTensor tensor, Port port) {
        int dense = (int) (port.elements() / port.tokens());
        // a single token may have any stride: it is never used then
        int stride = tensor.tokenStride() == 0 ? dense : (int) tensor.tokenStride();
        boolean scalar = port.shape().size() == port.tokenAxes() + 1;
        int dims = scalar ? 1 : port.shape().get(port.shape().size() - 1);
        float[] floats = tensor instanceof HostTensor.Floats t ? t.array : NO_FLOATS;
        byte[] bytes = tensor instanceof HostTensor.Bytes t ? t.array : NO_BYTES;
        return new HeadRows(floats, bytes, tensor.dtype(), tensor.offset, stride, (int) port.tokens(), dims);
    }

    /** Place of a token of a row for a head. */
    int place(long row, int token, int head) {
        return offset + ((int) row * tokens + token) * tokenStride + head * dims;
    }

    /** As {@link TileMath#pack}, widened to float32. */
    void pack(
            TileMath math,
            int from,
            int step,
            int count,
            int headStep,
            int heads,
            int width,
            float[] s,
            int to,
            int pitch,
            int headPitch) {
        if (bytes == NO_BYTES) {
            math.pack(floats, from, step, count, headStep, heads, width, s, to, pitch, headPitch);
            return;
        }
        for (int i = 0; i < count; i++) {
            for (int head = 0; head < heads; head++) {
                int a = from + i * step + head * headStep;
                math.widen(dtype, bytes, a, width, s, to + i * pitch + head * headPitch);
            }
        }
    }

    /** As {@link TileMath#write}, rounded to this tensor's type. */
    void write(TileMath math, float[] s, int mixed, int sums, int to, int step, int count, int dims) {
        if (bytes == NO_BYTES) {
            math.write(s, mixed, sums, floats, to, step, count, dims);
            return;
        }
        for (int i = 0; i < count; i++) {
            math.narrow(dtype, s, mixed + i * math.mixedSlab(), 1 / s[sums + i], dims, bytes, to + i * step);
        }
    }

    /** Where the floats of a head lie in {@link #widened}: in this tensor, or, widened, from {@code to} on in the scratch. */
    int widen(TileMath math, int from, float[] s, int to) {
        if (bytes == NO_BYTES) {
            return from;
        }
        math.widen(dtype, bytes, from, dims, s, to);
        return to;
    }

    /** The array that {@link #widen} leaves floats in. */
    float[] widened(float[] s) {
        return bytes == NO_BYTES ? floats : s;
    }

    /** One element. */
    float get(int from) {
        return bytes == NO_BYTES ? floats[from] : LittleEndian.get(dtype, bytes, from);
    }

    /** Whether all dims of the head that begins here are. */
    boolean isFinite(int from) {
        for (int i = from; i < from + dims; i++) {
            if (!Float.isFinite(get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Gives {@code count} elements one value. */
    void fill(int to, int count, float value) {
        if (bytes == NO_BYTES) {
            Arrays.fill(floats, to, to + count, value);
            return;
        }
        for (int i = to; i < to + count; i++) {
            LittleEndian.set(dtype, bytes, i, value);
        }
    }

    /** Writes one element. */
    void set(int to, double value) {
        if (bytes == NO_BYTES) {
            floats[to] = (float) value;
        } else {
            LittleEndian.set(dtype, bytes, to, (float) value);
        }
    }
}
