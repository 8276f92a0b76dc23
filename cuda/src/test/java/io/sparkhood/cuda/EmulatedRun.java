package io.sparkhood.cuda;

import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.emulator.Emulator;
import io.sparkhood.cuda.emulator.LaunchReport;
import io.sparkhood.cuda.emulator.PtxEntryPoint;
import io.sparkhood.cuda.emulator.PtxModule;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
    /** Of an H200. */
    static final DeviceLimits DEVICE = OneMultiprocessor.of(KnownDevice.H200);

    private static final Map<String, PtxModule> MODULES = new ConcurrentHashMap<>();

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
        return entryPoint(plan.module(), plan.entryPoint());
    }

    /** An entry point from the PTX that ships. */
    static PtxEntryPoint entryPoint(String module, String entryPoint) {
        return MODULES.computeIfAbsent(module, name -> PtxModule.parse(text(name)))
                .entryPoint(entryPoint);
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
        EmulatedTensors tensors = new EmulatedTensors(emulator, layout, example.batch());
        example.operator().inputs().forEach(port -> tensors.input(port, example.input(port.name())));
        example.operator().outputs().forEach(tensors::output);
        long bias = 0;
        for (Port port : example.operator().parameters()) {
            bias = EmulatedTensors.parameter(
                    emulator, port.name(), example.parameters().require(port));
        }
        return new EmulatedStep(plan, 0)
                .run(entryPoint, emulator, tensors, bias, example.operator().outputs());
    }
}
