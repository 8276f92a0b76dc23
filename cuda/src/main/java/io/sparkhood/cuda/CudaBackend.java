package io.sparkhood.cuda;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.cuda.PreparedOperators.Prepared;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Operator;
import io.sparkhood.operator.Port;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** One CUDA device as a backend. */
final class CudaBackend implements Backend {
    /** The longest array every JVM makes: rows come from arrays and go to arrays. */
    private static final long MAX_ARRAY_ELEMENTS = Integer.MAX_VALUE - 8L;

    private static final int BATCHES_IN_FLIGHT = 2;
    /** Enough for the copies of one task to fill the gaps of another; more would only share the same device. */
    private static final int LANES = 2;

    private static final long LANE_PATIENCE_MILLIS = 60_000;
    private static final long CONSTANT_BYTES = 64L << 20;
    /** Of what is free when the backend is opened; the rest is for modules, other processes and fragments. */
    private static final double BUDGET_SHARE = 0.75;

    private static final long KEPT_PINNED_BYTES = 256L << 20;

    private final Device device;
    private final long budgetBytes;
    private final MemoryPool<Long> memory;
    private final MemoryPool<ByteBuffer> pinned;
    private final PreparedOperators prepared;
    private final LaneTurns turns;

    /**
     * Opens a device; it must outlive the backend.
     *
     * @param memoryBudgetBytes most device memory, 0 for three quarters of what is free now
     */
    CudaBackend(Device device, long memoryBudgetBytes) {
        this(device, memoryBudgetBytes, new LaneTurns(LANES, LANE_PATIENCE_MILLIS));
    }

    CudaBackend(Device device, long memoryBudgetBytes, LaneTurns turns) {
        this.device = device;
        this.turns = turns;
        budgetBytes = memoryBudgetBytes > 0
                ? memoryBudgetBytes
                : (long) (BUDGET_SHARE * device.call(driver -> driver.memory()).freeBytes());
        memory = new MemoryPool<>(new DeviceSource(device, budgetBytes), budgetBytes, budgetBytes / 4, this::makeRoom);
        pinned = new MemoryPool<>(new PinnedSource(device), Long.MAX_VALUE, KEPT_PINNED_BYTES, () -> {});
        prepared = new PreparedOperators(device, memory, pinned, Math.min(CONSTANT_BYTES, budgetBytes / 4));
    }

    private void makeRoom() {
        prepared.evictUnused();
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public Optional<String> refuses(Operator operator) {
        if (!(operator instanceof NeighborhoodAttentionOperator attention)) {
            return Optional.of("it has no plan for " + operator.getClass().getSimpleName());
        }
        Optional<String> unfit = device.unfit();
        if (unfit.isPresent()) {
            return unfit;
        }
        long longest = longestRow(operator);
        if (longest > MAX_ARRAY_ELEMENTS) {
            return Optional.of("one row of a tensor has " + longest + " elements, more than the " + MAX_ARRAY_ELEMENTS
                    + " of a Java array");
        }
        if (operator.rowBytes() > budgetBytes) {
            return Optional.of("one row of all tensors has " + operator.rowBytes()
                    + " bytes, more than the device memory budget of " + budgetBytes);
        }
        return LaunchPlan.refuses(attention, device.limits());
    }

    @Override
    public long maxBatch(Operator operator, long bytes) {
        long perBatch = budgetBytes / (LANES * BATCHES_IN_FLIGHT); // so that all batches in flight fit
        long byBudget = Math.min(bytes, perBatch) / operator.rowBytes();
        return Math.max(1, Math.min(byBudget, mostRows((NeighborhoodAttentionOperator) operator)));
    }

    private long mostRows(NeighborhoodAttentionOperator operator) {
        long byLaunch = LaunchPlan.of(operator, device.limits()).maxBatch();
        return Math.min(byLaunch, MAX_ARRAY_ELEMENTS / longestRow(operator));
    }

    private static long longestRow(Operator operator) {
        return Stream.concat(operator.inputs().stream(), operator.outputs().stream())
                .mapToLong(Port::elements)
                .max()
                .orElse(1);
    }

    @Override
    public Plan plan(Operator operator, long maxBatch, Parameters parameters) {
        refuses(operator).ifPresent(sentence -> {
            throw new IllegalArgumentException(name() + " refuses: " + sentence);
        });
        parameters.requireFor(operator);
        NeighborhoodAttentionOperator attention = (NeighborhoodAttentionOperator) operator;
        long most = mostRows(attention);
        if (maxBatch < 1 || maxBatch > most) {
            throw new IllegalArgumentException(
                    "maxBatch must be 1 to " + most + " for this operator, but is " + maxBatch);
        }
        Prepared ready = prepared.take(attention, parameters);
        return new CudaPlan(attention, maxBatch, ready, () -> prepared.give(ready));
    }

    /** Waits while as many tasks use the device as it is good for. */
    @Override
    public Lane lane(int threads) {
        Thread turn = turns.enter();
        try {
            return new CudaLane(LaneResources.open(device, memory, pinned, prepared), () -> turns.leave(turn));
        } catch (RuntimeException e) {
            turns.leave(turn);
            throw e;
        }
    }

    /** Nothing: what plain multiply-adds reach says little where matrix units do the work. */
    @Override
    public OptionalDouble measurePeak(Lane lane) {
        return OptionalDouble.empty();
    }

    @Override
    public int batchesInFlight() {
        return BATCHES_IN_FLIGHT;
    }

    @Override
    public void close() {
        Release release = new Release();
        release.step(prepared::close);
        release.step(memory::close);
        release.step(pinned::close);
        release.end();
    }
}
