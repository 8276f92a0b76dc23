package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.cuda.EmulatedRun.Layout;
import io.sparkhood.cuda.emulator.Emulator;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.Port;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The tensors of one run in the memory of an emulator, with canaries around those that are written. */
final class EmulatedTensors {
    private static final byte CANARY = 0x5a;

    private final Emulator emulator;
    private final Layout layout;
    private final int batch;
    private final Map<String, TensorAddress> tensors = new HashMap<>();

    /** None yet. */
    EmulatedTensors(Emulator emulator, Layout layout, int batch) {
        this.emulator = emulator;
        this.layout = layout;
        this.batch = batch;
    }

    /** Rows of each. */
    int batch() {
        return batch;
    }

    /** Where a tensor lies; absent if there is none of this name. */
    TensorAddress address(String name) {
        return tensors.getOrDefault(name, TensorAddress.ABSENT);
    }

    /** An input, whose gaps nobody may read. */
    void input(Port port, float[] values) {
        write(port, allocate(port, layout.of(port)), values);
    }

    /** An output, in which nothing was written yet. */
    void output(Port port) {
        TensorAddress tensor = allocate(port, layout);
        long element = port.dtype().bytes();
        emulator.write(tensor.address() - layout.offset() * element, canaries(layout.offset() * element));
        for (long token = 0; token < batch * port.tokens(); token++) {
            long gap = tensor.address() + (token * tensor.tokenStride() + tokenElements(port)) * element;
            emulator.write(gap, canaries(layout.gap() * element));
        }
    }

    /** An output that holds something already. */
    void output(Port port, float[] values) {
        output(port);
        write(port, address(port.name()), values);
    }

    private void write(Port port, TensorAddress tensor, float[] values) {
        int elements = tokenElements(port);
        for (int token = 0; token < values.length / elements; token++) {
            long at = tensor.address()
                    + token * tensor.tokenStride() * port.dtype().bytes();
            emulator.write(at, bytes(values, token * elements, elements, port.dtype()));
        }
    }

    /** Numbers without gaps; returns their address. */
    static long parameter(Emulator emulator, String name, float[] values) {
        long address = emulator.allocate(name, 4L * values.length);
        emulator.write(address, bytes(values, 0, values.length, DType.FLOAT32));
        return address;
    }

    /** The tables of windows of launches; returns their address. */
    static long tables(Emulator emulator, Launches launches) {
        int[] tables = launches.tables();
        ByteBuffer bytes = ByteBuffer.allocate(4 * tables.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(tables);
        long address = emulator.allocate("tables", bytes.capacity());
        emulator.write(address, bytes.array());
        return address;
    }

    private static int tokenElements(Port port) {
        return Math.toIntExact(port.elements() / port.tokens());
    }

    private TensorAddress allocate(Port port, Layout place) {
        long stride = (long) tokenElements(port) + place.gap();
        long elements = place.offset() + batch * port.tokens() * stride;
        long address = emulator.allocate(port.name(), elements * port.dtype().bytes());
        TensorAddress tensor =
                new TensorAddress(address + (long) place.offset() * port.dtype().bytes(), stride);
        tensors.put(port.name(), tensor);
        return tensor;
    }

    /** An output; fails if an element was not written, or anything beside them was. */
    float[] read(Port port) {
        TensorAddress tensor = Objects.requireNonNull(tensors.get(port.name()));
        int element = port.dtype().bytes();
        int tokens = Math.toIntExact(batch * port.tokens());
        int inToken = tokenElements(port);
        float[] values = new float[tokens * inToken];
        int before = layout.offset() * element;
        assertThat(emulator.read(tensor.address() - before, before))
                .as("before %s", port.name())
                .isEqualTo(canaries(before));
        for (int token = 0; token < tokens; token++) {
            long at = tensor.address() + token * tensor.tokenStride() * element;
            ByteBuffer bytes =
                    ByteBuffer.wrap(emulator.read(at, inToken * element)).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < inToken; i++) {
                values[token * inToken + i] = port.dtype() == DType.FLOAT32
                        ? bytes.getFloat()
                        : port.dtype().widen(bytes.getShort());
            }
            byte[] gap = emulator.read(at + (long) inToken * element, layout.gap() * element);
            if (!Arrays.equals(gap, canaries(gap.length))) {
                throw new AssertionError("written behind token " + token + " of " + port.name());
            }
        }
        return values;
    }

    private static byte[] canaries(long length) {
        byte[] canaries = new byte[Math.toIntExact(length)];
        Arrays.fill(canaries, CANARY);
        return canaries;
    }

    private static byte[] bytes(float[] values, int from, int count, DType dtype) {
        ByteBuffer bytes = ByteBuffer.allocate(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = from; i < from + count; i++) {
            if (dtype == DType.FLOAT32) {
                bytes.putFloat(values[i]);
            } else {
                bytes.putShort(dtype.narrow(values[i]));
            }
        }
        return bytes.array();
    }
}
