package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.emulator.Emulator;
import io.sparkhood.cuda.emulator.LaunchReport;
import io.sparkhood.cuda.emulator.PtxEntryPoint;
import io.sparkhood.cuda.emulator.PtxModule;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One launch of an example on the emulator, as its plan says.
 *
 * @param outputs what was written
 * @param report what it took
 */
record EmulatedRun(Outputs outputs, LaunchReport report) {
    /** An H200. */
    static final DeviceLimits DEVICE = KnownDevice.H200.limits();

    private static final Map<String, PtxModule> MODULES = new ConcurrentHashMap<>();
    private static final byte CANARY = 0x5a;

    /**
     * Where tensors lie.
     *
     * @param offset elements before the first
     * @param gap elements between one token of the query or an output and the next; nobody may read or write them
     * @param more elements by which the gap grows from each input to the next, so that all have strides of their own
     */
    record Layout(int offset, int gap, int more) {
        private static final List<String> INPUTS =
                List.of("query", "key", "additionalKeys", "value", "additionalValues");

        /** Of one tensor. */
        Layout of(Port port) {
            return new Layout(offset, gap + more * Math.max(0, INPUTS.indexOf(port.name())), 0);
        }
    }

    /** The entry point of a plan, from the PTX that ships. */
    static PtxEntryPoint entryPoint(LaunchPlan plan) {
        return MODULES.computeIfAbsent(plan.module(), name -> PtxModule.parse(text(name)))
                .entryPoint(plan.entryPoint());
    }

    /** A PTX text that ships. */
    static String text(String name) {
        try (InputStream text = Objects.requireNonNull(LaunchPlan.class.getResourceAsStream(name), name)) {
            return new String(text.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The plan of an operator with one of the entry points that can run it. */
    static LaunchPlan plan(NeighborhoodAttentionOperator operator, EntryPointShape shape) {
        return LaunchPlan.candidates(operator, DEVICE).stream()
                .filter(plan -> plan.shape().equals(shape))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(shape + " does not run " + operator));
    }

    /** Runs as the backend would; fails if an output element was not written, or anything beside them was. */
    static EmulatedRun of(Example example, Layout layout) {
        return of(example, layout, LaunchPlan.of(example.operator(), DEVICE));
    }

    /** The same with a plan. */
    static EmulatedRun of(Example example, Layout layout, LaunchPlan plan) {
        return of(example, layout, plan, entryPoint(plan), new Emulator());
    }

    /** The same with an entry point that is to stand for the one that the plan names. */
    static EmulatedRun of(
            Example example, Layout layout, LaunchPlan plan, PtxEntryPoint entryPoint, Emulator emulator) {
        Map<String, TensorAddress> tensors = new HashMap<>();
        for (Port port : example.operator().inputs()) {
            tensors.put(port.name(), input(emulator, port, example, layout.of(port)));
        }
        for (Port port : example.operator().outputs()) {
            tensors.put(port.name(), output(emulator, port, example.batch(), layout));
        }
        long bias = 0;
        for (Port port : example.operator().parameters()) {
            float[] values = example.parameters().require(port);
            bias = emulator.allocate(port.name(), 4L * values.length);
            emulator.write(bias, bytes(values, 0, values.length, DType.FLOAT32));
        }
        ByteBuffer parameter = ByteBuffer.allocate(plan.parameterBytes());
        plan.writeParameter(parameter, addresses(tensors, bias, tables(emulator, plan)));
        LaunchReport report = emulator.launch(entryPoint, plan.launch(example.batch()), parameter.array());
        Map<String, float[]> outputs = new LinkedHashMap<>();
        for (Port port : example.operator().outputs()) {
            TensorAddress tensor = Objects.requireNonNull(tensors.get(port.name()));
            outputs.put(port.name(), read(emulator, port, tensor, example.batch(), layout));
        }
        return new EmulatedRun(new Outputs(outputs), report);
    }

    private static RunAddresses addresses(Map<String, TensorAddress> tensors, long bias, long tables) {
        return new RunAddresses(
                tensors.getOrDefault("query", TensorAddress.ABSENT),
                tensors.getOrDefault("key", TensorAddress.ABSENT),
                tensors.getOrDefault("value", TensorAddress.ABSENT),
                tensors.getOrDefault("additionalKeys", TensorAddress.ABSENT),
                tensors.getOrDefault("additionalValues", TensorAddress.ABSENT),
                tensors.getOrDefault("output", TensorAddress.ABSENT),
                tensors.getOrDefault("logSumExp", TensorAddress.ABSENT),
                TensorAddress.ABSENT,
                bias,
                tables);
    }

    private static long tables(Emulator emulator, LaunchPlan plan) {
        int[] tables = plan.tables();
        ByteBuffer bytes = ByteBuffer.allocate(4 * tables.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(tables);
        long address = emulator.allocate("tables", bytes.capacity());
        emulator.write(address, bytes.array());
        return address;
    }

    private static int tokenElements(Port port) {
        return Math.toIntExact(port.elements() / port.tokens());
    }

    private static TensorAddress input(Emulator emulator, Port port, Example example, Layout layout) {
        TensorAddress tensor = allocate(emulator, port, example.batch(), layout);
        float[] values = example.input(port.name());
        int elements = tokenElements(port);
        for (int token = 0; token < values.length / elements; token++) {
            long at = tensor.address()
                    + token * tensor.tokenStride() * port.dtype().bytes();
            emulator.write(at, bytes(values, token * elements, elements, port.dtype()));
        }
        return tensor;
    }

    private static TensorAddress output(Emulator emulator, Port port, int batch, Layout layout) {
        TensorAddress tensor = allocate(emulator, port, batch, layout);
        long element = port.dtype().bytes();
        emulator.write(tensor.address() - layout.offset() * element, canaries(layout.offset() * element));
        for (long token = 0; token < batch * port.tokens(); token++) {
            long gap = tensor.address() + (token * tensor.tokenStride() + tokenElements(port)) * element;
            emulator.write(gap, canaries(layout.gap() * element));
        }
        return tensor;
    }

    private static TensorAddress allocate(Emulator emulator, Port port, int batch, Layout layout) {
        long stride = (long) tokenElements(port) + layout.gap();
        long elements = layout.offset() + batch * port.tokens() * stride;
        long address = emulator.allocate(port.name(), elements * port.dtype().bytes());
        return new TensorAddress(address + (long) layout.offset() * port.dtype().bytes(), stride);
    }

    private static float[] read(Emulator emulator, Port port, TensorAddress tensor, int batch, Layout layout) {
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
            assertThat(emulator.read(at + (long) inToken * element, layout.gap() * element))
                    .as("behind token %d of %s", token, port.name())
                    .isEqualTo(canaries((long) layout.gap() * element));
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
