package io.sparkhood.cuda;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Candidate;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.cuda.PreparedOperators.Prepared;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.GpuDriver;
import io.sparkhood.cuda.driver.GpuException;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.nio.ByteBuffer;
import java.util.List;

/** Neighborhood attention as one launch of a prepared operator. */
final class CudaPlan implements Plan {
    /** If true, every run waits for its launch, so that a fault on the device is reported with the launch that made it. */
    static final String WAIT_PROPERTY = "sparkhood.cudaWait";

    private final NeighborhoodAttentionOperator operator;
    private final long maxBatch;
    private final Prepared prepared;
    private final Backstop backstop;
    private final boolean waits = Boolean.getBoolean(WAIT_PROPERTY);

    /** @param whenClosed called once */
    CudaPlan(NeighborhoodAttentionOperator operator, long maxBatch, Prepared prepared, Runnable whenClosed) {
        this.operator = operator;
        this.maxBatch = maxBatch;
        this.prepared = prepared;
        this.backstop = Backstop.of(this, "a plan of the cuda backend", whenClosed);
    }

    @Override
    public NeighborhoodAttentionOperator operator() {
        return operator;
    }

    @Override
    public long maxBatch() {
        return maxBatch;
    }

    @Override
    public String describe() {
        return describe(prepared.launchPlan());
    }

    /** The way of a launch plan. */
    static String describe(LaunchPlan plan) {
        return "cuda: " + plan.describe();
    }

    /** A launch plan among others, on a device. */
    static Candidate candidate(LaunchPlan plan, DeviceLimits limits, long batch) {
        LaunchCost cost = LaunchCost.of(plan, limits);
        String occupancy = cost.residentBlocks() + " blocks of " + plan.shape().warps() + " warps on a multiprocessor";
        return new Candidate(describe(plan), plan.visitedPairs(), occupancy, cost.seconds(batch));
    }

    @Override
    public long visitedPairs() {
        return prepared.launchPlan().visitedPairs();
    }

    /** Beside the tensors a launch needs registers and shared memory only. */
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
        return prepared.launchPlan().parameterBytes();
    }

    /** Writes the launch's parameter for tensors in the order of the operator's ports. */
    void writeParameter(ByteBuffer target, List<CudaTensor> inputs, List<CudaTensor> outputs) {
        List<Port> reads = operator.inputs();
        List<Port> writes = operator.outputs();
        RunAddresses addresses = new RunAddresses(
                address(inputs, reads, 0),
                address(inputs, reads, 1),
                address(inputs, reads, 2),
                address(inputs, reads, 3),
                address(inputs, reads, 4),
                address(outputs, writes, 0),
                address(outputs, writes, 1),
                prepared.biasAddress(),
                prepared.tablesAddress());
        prepared.launchPlan().writeParameter(target, addresses);
    }

    private static TensorAddress address(List<CudaTensor> tensors, List<Port> ports, int index) {
        return index < tensors.size() ? tensors.get(index).address(ports.get(index)) : TensorAddress.ABSENT;
    }

    void launch(GpuDriver driver, long batch, ByteBuffer parameter, long stream) {
        try {
            driver.launch(prepared.entryPoint(), prepared.launchPlan().launch(batch), parameter, stream);
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
