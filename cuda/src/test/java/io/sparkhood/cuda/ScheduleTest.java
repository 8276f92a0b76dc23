package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.cuda.EmulatedRun.Layout;
import io.sparkhood.cuda.emulator.Emulator;
import io.sparkhood.cuda.emulator.EmulatorOptions;
import io.sparkhood.cuda.emulator.PtxEntryPoint;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An entry point gives the same bits, for the same work, in whatever order warps, branches and blocks run. */
class ScheduleTest {
    static List<EntryPointShape> shapesOfDim32() {
        return EntryPointShape.all().stream()
                .filter(shape -> shape.dim() == 32 && !shape.bias())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("shapesOfDim32")
    void changesNothing(EntryPointShape shape) {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(14, 17)
                .dtype(shape.dtype())
                .heads(2)
                .headDim(32)
                .kernelSize(4, 3)
                .dilation(2, 3)
                .causalAxes(1)
                .additionalTokens(3)
                .logSumExp(true)
                .build();
        Example example = Example.random(new NamedCase("schedules", operator, 2));
        Layout layout = new Layout(37, 3, 2);
        LaunchPlan plan = EmulatedRun.plan(operator, shape);
        PtxEntryPoint entryPoint = EmulatedRun.entryPoint(plan);
        EmulatedRun first = EmulatedRun.of(example, layout, plan, entryPoint, new Emulator());
        for (int seed = 2; seed < 8; seed++) {
            EmulatorOptions options = EmulatorOptions.DEFAULT.withSeed(seed).withThreads(1 + seed % 3);
            EmulatedRun run = EmulatedRun.of(example, layout, plan, entryPoint, new Emulator(options));
            run.outputs().assertSameBits(first.outputs(), "seed " + seed);
            assertThat(run.report()).isEqualTo(first.report());
        }
    }
}
