package io.sparkhood.cuda;

import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cuda.emulator.Emulator;
import io.sparkhood.cuda.emulator.LaunchReport;
import io.sparkhood.cuda.emulator.PtxEntryPoint;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.Port;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One launch alone on the emulator: that of fused attention, or one of several.
 *
 * @param launches what a plan launches
 * @param step which of them
 */
record EmulatedStep(Launches launches, int step) {
    /** The launch of an entry point for an operator. */
    static EmulatedStep of(UnfusedEntryPoint code, NeighborhoodOperator operator) {
        return Stream.of(UnfusedLaunches.naive(operator), UnfusedLaunches.gemm(operator))
                .flatMap(launches -> steps(launches, code))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(code.entryPoint() + " does not run " + operator));
    }

    private static Stream<EmulatedStep> steps(UnfusedLaunches launches, UnfusedEntryPoint code) {
        return IntStream.range(0, launches.steps().size())
                .filter(step -> launches.steps().get(step).entryPoint().equals(code))
                .mapToObj(step -> new EmulatedStep(launches, step));
    }

    /**
     * Runs it, or what is to stand for it.
     *
     * @param tensors all that it reads and writes, the slots as weights or scores
     * @param bias address of the relative position bias, or 0
     * @param outputs of the tensors those to read back
     */
    EmulatedRun run(
            PtxEntryPoint entryPoint, Emulator emulator, EmulatedTensors tensors, long bias, List<Port> outputs) {
        ByteBuffer parameter = ByteBuffer.allocate(launches.parameterBytes());
        launches.writeParameter(
                parameter, tensors.batch(), addresses(tensors, bias, EmulatedTensors.tables(emulator, launches)));
        LaunchReport report =
                emulator.launch(entryPoint, launches.launches(tensors.batch()).get(step), parameter.array());
        Map<String, float[]> values = new LinkedHashMap<>();
        outputs.forEach(port -> values.put(port.name(), tensors.read(port)));
        return new EmulatedRun(new Outputs(values), report);
    }

    private static RunAddresses addresses(EmulatedTensors tensors, long bias, long tables) {
        TensorAddress weights = tensors.address("weights");
        return new RunAddresses(
                tensors.address("query"),
                tensors.address("key"),
                tensors.address("value"),
                tensors.address("additionalKeys"),
                tensors.address("additionalValues"),
                tensors.address("output"),
                tensors.address("logSumExp"),
                weights.equals(TensorAddress.ABSENT) ? tensors.address("scores") : weights,
                bias,
                tables);
    }
}
