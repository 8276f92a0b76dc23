package io.sparkhood.cpu;

import static io.sparkhood.operator.NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Prints the share of the machine's peak that compiled plans reach in this JVM, a line each; a program, because a JVM decides
 * once how it compiles. Vectors that C2 leaves boxed cost a factor of ten and more.
 */
public final class CompiledPathCheck {
    private static final double WARM_UP_SECONDS = 2;
    /** Rounds of warming up and timing: where others want the processor, the compiler comes late. What is boxed stays slow. */
    private static final int MOST_ROUNDS = 12;

    private static final double TIMED_SECONDS = 0.2;
    /** The best of these counts: others may want the processor too. */
    private static final int TIMES = 5;

    private static final int BATCH = 2;

    private CompiledPathCheck() {}

    /** Takes no arguments. */
    public static void main(String[] args) {
        NeighborhoodAttentionOperator plain = NeighborhoodAttentionOperator.on(28, 28)
                .kernelSize(7)
                .heads(4)
                .headDim(32)
                .build();
        NeighborhoodAttentionOperator everyOption = NeighborhoodAttentionOperator.on(28, 28)
                .kernelSize(7)
                .stride(2, 1)
                .dilation(1, 2)
                .causalAxes(1)
                .heads(4)
                .keyValueHeads(2)
                .headDim(80)
                .valueDim(40)
                .additionalTokens(20)
                .relativePositionBias(true)
                .logSumExp(true)
                .build();
        NeighborhoodAttentionOperator sequence = NeighborhoodAttentionOperator.on(2048)
                .kernelSize(401)
                .headDim(64)
                .build();
        printShares(Implementation.FUSED, List.of(plain, everyOption, sequence));
        printShares(Implementation.GEMM, List.of(sequence));
    }

    private static void printShares(Implementation implementation, List<NeighborhoodAttentionOperator> operators) {
        BackendOptions options = BackendOptions.DEFAULT.withImplementation(implementation);
        try (CpuBackend backend = new CpuBackend(VectorSupport.detected().math(), options);
                HostLane lane = new HostLane(1)) {
            for (NeighborhoodAttentionOperator operator : operators) {
                double share = 0;
                for (int round = 0; round < MOST_ROUNDS && share <= CompiledPathTest.LEAST_SHARE_OF_PEAK; round++) {
                    share = Math.max(share, flopsPerSecond(backend, lane, operator) / PeakKernel.measure(lane));
                }
                System.out.println(share);
            }
        }
    }

    private static double flopsPerSecond(CpuBackend backend, HostLane lane, NeighborhoodAttentionOperator operator) {
        Random random = new Random(1);
        Parameters parameters = operator.relativePositionBias()
                ? Parameters.of(RELATIVE_POSITION_BIAS, RandomAttention.gaussian(random, (int)
                        operator.parameters().get(0).elements()))
                : Parameters.NONE;
        try (Plan plan = backend.plan(operator, BATCH, parameters)) {
            Map<String, Tensor> tensors = new HashMap<>();
            for (Port port : operator.inputs()) {
                tensors.put(port.name(), filled(lane, port, random));
            }
            for (Port port : operator.outputs()) {
                tensors.put(port.name(), filled(lane, port, random));
            }
            BoundTensors bound = BoundTensors.of(plan, BATCH, tensors);
            secondsPerRun(plan, lane, bound, WARM_UP_SECONDS);
            double flops = 2.0
                    * (operator.headDim() + operator.valueDim())
                    * operator.heads()
                    * BATCH
                    * (operator.visiblePairs() + operator.tokens() * operator.additionalTokens());
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < TIMES; i++) {
                least = Math.min(least, secondsPerRun(plan, lane, bound, TIMED_SECONDS));
            }
            return flops / least;
        }
    }

    private static double secondsPerRun(Plan plan, HostLane lane, BoundTensors bound, double seconds) {
        long start = System.nanoTime();
        int runs = 0;
        double passed = 0;
        while (passed < seconds) {
            plan.run(lane, BATCH, bound);
            runs++;
            passed = (System.nanoTime() - start) / 1e9;
        }
        return passed / runs;
    }

    private static Tensor filled(HostLane lane, Port port, Random random) {
        int count = (int) (BATCH * port.elements());
        Tensor tensor = lane.tensor(port.dtype(), count);
        lane.staging(tensor).write(0, RandomAttention.gaussian(random, count), 0, count);
        return tensor;
    }
}
