package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.Normalization;
import io.sparkhood.operator.Port;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run in the arrays that a row comes in and leaves in has the bits of a run in tensors of the lane. */
class AdoptedArraysTest {
    private static final long SEED = 20261121;

    @ParameterizedTest
    @CsvSource({
        "cpu, FLOAT32, 32, 1",
        "cpu, FLOAT16, 32, 1",
        "cpu, BFLOAT16, 32, 1",
        "cpu, FLOAT32, 21, 2",
        "cpu, FLOAT16, 21, 2",
        "cpu, BFLOAT16, 21, 2",
        "reference, FLOAT32, 5, 1",
        "reference, FLOAT16, 5, 1",
        "reference, BFLOAT16, 5, 1",
    })
    void hasTheBitsOfAStagedRun(String name, DType dtype, int headDim, int threads) {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(13, 9)
                .heads(3)
                .headDim(headDim)
                .kernelSize(5, 3)
                .logSumExp(true)
                .dtype(dtype)
                .build();
        try (Backend backend = open(name);
                Plan plan = backend.plan(operator, 1, Parameters.NONE);
                Lane lane = backend.lane(threads)) {
            Map<String, byte[]> inputs = inputs(operator);
            Map<String, byte[]> staged = staged(plan, lane, inputs);
            assertThat(adopted(plan, lane, inputs)).usingRecursiveComparison().isEqualTo(staged);
            if (dtype == DType.FLOAT32) {
                assertThat(adoptedFloats(plan, lane, inputs))
                        .usingRecursiveComparison()
                        .isEqualTo(staged);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"GEMM, FLOAT32", "GEMM, BFLOAT16", "NAIVE, FLOAT32", "NAIVE, FLOAT16"})
    void soHaveTheHalvesOfAttentionAndItsUnfusedImplementations(Implementation implementation, DType dtype) {
        NeighborhoodAttentionOperator attention = NeighborhoodAttentionOperator.on(9, 11)
                .heads(4)
                .keyValueHeads(2)
                .headDim(21)
                .valueDim(7)
                .kernelSize(5, 3)
                .causalAxes(1)
                .additionalTokens(3)
                .logSumExp(true)
                .dtype(dtype)
                .build();
        BackendOptions options = BackendOptions.DEFAULT.withImplementation(implementation);
        try (Backend backend = new CpuBackendProvider().open(options);
                Lane lane = backend.lane(2)) {
            for (NeighborhoodOperator operator : List.of(
                    attention,
                    attention.scores(),
                    attention.aggregate(Normalization.NONE),
                    attention.aggregate(Normalization.SOFTMAX))) {
                Map<String, byte[]> inputs = inputs(operator);
                try (Plan plan = backend.plan(operator, 1, Parameters.NONE)) {
                    Map<String, byte[]> staged = staged(plan, lane, inputs);
                    assertThat(adopted(plan, lane, inputs))
                            .as(operator.toString())
                            .usingRecursiveComparison()
                            .isEqualTo(staged);
                }
            }
        }
    }

    private static Backend open(String name) {
        return name.equals("cpu")
                ? new CpuBackendProvider().open(BackendOptions.DEFAULT)
                : new ReferenceBackendProvider().open(BackendOptions.DEFAULT);
    }

    private static Map<String, byte[]> inputs(NeighborhoodOperator operator) {
        SplittableRandom random = new SplittableRandom(SEED);
        Map<String, byte[]> inputs = new HashMap<>();
        for (Port port : operator.inputs()) {
            byte[] bytes = new byte[Math.toIntExact(port.bytes())];
            for (int i = 0; i < port.elements(); i++) {
                LittleEndian.set(port.dtype(), bytes, i, (float) random.nextGaussian());
            }
            inputs.put(port.name(), bytes);
        }
        return inputs;
    }

    private static Map<String, byte[]> staged(Plan plan, Lane lane, Map<String, byte[]> inputs) {
        Map<String, Tensor> tensors = new HashMap<>();
        for (Port port : plan.operator().inputs()) {
            Tensor tensor = lane.tensor(port.dtype(), port.elements());
            lane.staging(tensor).write(0, bytes(inputs, port), 0, (int) port.elements());
            tensors.put(port.name(), tensor);
        }
        for (Port port : plan.operator().outputs()) {
            tensors.put(port.name(), lane.tensor(port.dtype(), port.elements()));
        }
        return run(plan, lane, tensors);
    }

    private static Map<String, byte[]> adopted(Plan plan, Lane lane, Map<String, byte[]> inputs) {
        Map<String, Tensor> tensors = new HashMap<>();
        for (Port port : plan.operator().inputs()) {
            tensors.put(
                    port.name(), lane.adopt(port.dtype(), bytes(inputs, port)).orElseThrow());
        }
        for (Port port : plan.operator().outputs()) {
            byte[] output = new byte[Math.toIntExact(port.bytes())];
            tensors.put(port.name(), lane.adopt(port.dtype(), output).orElseThrow());
        }
        return run(plan, lane, tensors);
    }

    private static Map<String, byte[]> adoptedFloats(Plan plan, Lane lane, Map<String, byte[]> inputs) {
        Map<String, Tensor> tensors = new HashMap<>();
        for (Port port : plan.operator().inputs()) {
            float[] floats = new float[Math.toIntExact(port.elements())];
            LittleEndian.floats(bytes(inputs, port), 0, floats.length).get(floats);
            tensors.put(port.name(), lane.adopt(floats).orElseThrow());
        }
        for (Port port : plan.operator().outputs()) {
            float[] output = new float[Math.toIntExact(port.elements())];
            tensors.put(port.name(), lane.adopt(output).orElseThrow());
        }
        return run(plan, lane, tensors);
    }

    private static byte[] bytes(Map<String, byte[]> inputs, Port port) {
        return Objects.requireNonNull(inputs.get(port.name()));
    }

    private static Map<String, byte[]> run(Plan plan, Lane lane, Map<String, Tensor> tensors) {
        plan.run(lane, 1, BoundTensors.of(plan, 1, tensors));
        lane.mark().await();
        Map<String, byte[]> outputs = new LinkedHashMap<>();
        for (Port port : plan.operator().outputs()) {
            byte[] bytes = new byte[Math.toIntExact(port.bytes())];
            Staging staging = lane.staging(Objects.requireNonNull(tensors.get(port.name())));
            staging.read(0, bytes, 0, (int) port.elements());
            outputs.put(port.name(), bytes);
        }
        return outputs;
    }
}
