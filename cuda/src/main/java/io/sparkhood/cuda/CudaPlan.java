package io.sparkhood.cuda;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Candidate;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.cuda.PreparedOperators.Prepared;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.GpuDriver;
import io.sparkhood.cuda.driver.GpuException;
import io.sparkhood.cuda.driver.Launch;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.Port;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Neighborhood attention, or a half of it, as the launches of a prepared operator. */
final class CudaPlan implements Plan {
    /** If true, every run waits for its launch, so that a fault on the device is reported with the launch that made it. */
    static final String WAIT_PROPERTY = "sparkhood.cudaWait";

    private final NeighborhoodOperator operator;
    private final long maxBatch;
    private final Prepared prepared;
    private final Backstop backstop;
    private final boolean waits = Boolean.getBoolean(WAIT_PROPERTY);

    /** @param whenClosed called once */
    CudaPlan(NeighborhoodOperator operator, long maxBatch, Prepared prepared, Runnable whenClosed) {
        this.operator = operator;
        this.maxBatch = maxBatch;
        this.prepared = prepared;
        this.backstop = Backstop.of(this, "a plan of the cuda backend", whenClosed);
    }

    @Override
    public NeighborhoodOperator operator() {
        return operator;
    }

    @Override
    public long maxBatch() {
        return maxBatch;
    }

    @Override
    public String describe() {
        return describe(prepared.launches());
    }

    /** The way of launches. */
    static String describe(Launches launches) {
        return "cuda: " + launches.describe();
    }

    /** The ways of fused attention on a device, the best first. */
    static List<Candidate> candidates(NeighborhoodAttentionOperator operator, DeviceLimits limits, long batch) {
        return LaunchPlan.candidates(operator, limits).stream()
                .map(plan -> candidate(plan, batch))
                .toList();
    }

    private static Candidate candidate(LaunchPlan plan, long batch) {
        LaunchCost cost = LaunchCost.of(plan);
        String occupancy = cost.residentBlocks() + " blocks of " + plan.shape().warps() + " warps on a multiprocessor";
        long rows = cost.rowsPerBlock(batch);
        if (rows > 1) {
            occupancy += ", a block takes " + rows + " rows";
        }
        return new Candidate(describe(plan), plan.visitedPairs(), occupancy, cost.seconds(batch));
    }

    @Override
    public long visitedPairs() {
        return prepared.launches().visitedPairs();
    }

    @Override
    public long weightsBytes() {
        return Float.BYTES * maxBatch * prepared.launches().weightElements();
    }

    /** Beside tensors and weights a launch needs registers and shared memory only. */
    @Override
    public long scratchBytes() {
        return 0;
    }

    @Override
    public void run(Lane lane, long batch, BoundTensors tensors) {
        ((CudaLane) lane).run(this, batch, tensors);
    }

    Prepared prepared() {
        return prepared;
    }

    int parameterBytes() {
        return prepared.launches().parameterBytes();
    }

    /**
     * Writes the launches' parameter for so many rows of tensors in the order of the operator's ports.
     *
     * @param weights address of the attention weights between launches, 0 if there are none
     */
    void writeParameter(
            ByteBuffer target, long batch, List<CudaTensor> inputs, List<CudaTensor> outputs, long weights) {
        Map<String, TensorAddress> byPort = new HashMap<>();
        put(byPort, operator.inputs(), inputs);
        put(byPort, operator.outputs(), outputs);
        if (weights != 0) {
            byPort.put("scores", new TensorAddress(weights, operator.heads() * operator.slots()));
        }
        TensorAddress scores = byPort.getOrDefault("scores", TensorAddress.ABSENT);
        RunAddresses addresses = new RunAddresses(
                byPort.getOrDefault("query", TensorAddress.ABSENT),
                byPort.getOrDefault("key", TensorAddress.ABSENT),
                byPort.getOrDefault("value", TensorAddress.ABSENT),
                byPort.getOrDefault("additionalKeys", TensorAddress.ABSENT),
                byPort.getOrDefault("additionalValues", TensorAddress.ABSENT),
                byPort.getOrDefault("output", TensorAddress.ABSENT),
                byPort.getOrDefault("logSumExp", TensorAddress.ABSENT),
                byPort.getOrDefault("weights", scores),
                prepared.biasAddress(),
                prepared.tablesAddress());
        prepared.launches().writeParameter(target, batch, addresses);
    }

    private static void put(Map<String, TensorAddress> byPort, List<Port> ports, List<CudaTensor> tensors) {
        for (int i = 0; i < ports.size(); i++) {
            byPort.put(ports.get(i).name(), tensors.get(i).address(ports.get(i)));
        }
    }

    void launch(GpuDriver driver, long batch, ByteBuffer parameter, long stream) {
        List<Launch> launches = prepared.launches().launches(batch);
        try {
            for (int i = 0; i < launches.size(); i++) {
                driver.launch(prepared.entryPoints().get(i), launches.get(i), parameter, stream);
            }
            if (waits) {
                driver.synchronize(stream);
            }
        } catch (GpuException e) {
            throw e.during(describe() + ", " + batch + " rows of " + operator);
        }
    }

    @Override
    public void close() {
        backstop.close();
    }
}
