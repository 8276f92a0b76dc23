package io.sparkhood.cuda;

import io.sparkhood.backend.AttentionBackend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.Candidate;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.TaskTurns;
import io.sparkhood.cuda.PreparedOperators.Prepared;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.Operator;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One CUDA device as a backend. */
final class CudaBackend extends AttentionBackend {
    private static final int BATCHES_IN_FLIGHT = 2;
    private static final long CONSTANT_BYTES = 64L << 20;
    /** Of what is free when the backend is opened; the rest is for modules, other processes and fragments. */
    private static final double BUDGET_SHARE = 0.75;

    private static final long KEPT_PINNED_BYTES = 256L << 20;

    private final Device device;
    private final long budgetBytes;
    private final MemoryPool<Long> memory;
    private final MemoryPool<ByteBuffer> pinned;
    private final PreparedOperators prepared;
    private final TaskTurns turns;

    /**
     * Opens a device; it must outlive the backend.
     *
     * @param memoryBudgetBytes most device memory, 0 for three quarters of what is free now
     */
    CudaBackend(Device device, long memoryBudgetBytes) {
        this(device, BackendOptions.DEFAULT.withMemoryBudgetBytes(memoryBudgetBytes));
    }

    CudaBackend(Device device, BackendOptions options) {
        super("cuda", options.implementation());
        long memoryBudgetBytes = options.memoryBudgetBytes();
        TaskTurns turns = options.turns();
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
    protected Optional<String> unfit() {
        return device.unfit();
    }

    @Override
    protected Optional<String> refusesNeighborhood(NeighborhoodOperator operator) {
        boolean fused = isFused(operator);
        if (implementation() == Implementation.FUSED && !fused) {
            return Optional.of("it has no fused implementation of "
                    + operator.getClass().getSimpleName()
                    + ": fused attention keeps neither scores nor weights; choose implementation=auto, gemm or naive");
        }
        long weights = weightElements(operator);
        if (weights > MAX_ARRAY_ELEMENTS) {
            return Optional.empty(); // every backend refuses that
        }
        long rowBytes = operator.rowBytes() + Float.BYTES * weights;
        if (rowBytes > budgetBytes) {
            return Optional.of((weights == 0
                            ? "one row of all tensors has "
                            : "one row of all tensors and of the attention weights between them has ")
                    + rowBytes + " bytes, more than the device memory budget of " + budgetBytes);
        }
        if (fused) {
            return LaunchPlan.refuses((NeighborhoodAttentionOperator) operator, device.limits());
        }
        return implementation() == Implementation.GEMM
                ? UnfusedLaunches.refusesGemm(operator)
                : UnfusedLaunches.refuses(operator);
    }

    /** Whether an operator is computed in one launch that keeps no weights. */
    private boolean isFused(NeighborhoodOperator operator) {
        return operator instanceof NeighborhoodAttentionOperator
                && !implementation().keepsWeights();
    }

    /** The halves of attention are matrix products unless something else is asked for, or they cannot be. */
    private Launches launches(NeighborhoodOperator operator, Optional<EntryPointShape> wanted) {
        if (isFused(operator)) {
            return fusedPlans(operator).stream()
                    .filter(candidate -> wanted.isEmpty() || candidate.shape().equals(wanted.get()))
                    .findFirst()
                    .orElseThrow();
        }
        boolean naive = implementation() == Implementation.NAIVE
                || UnfusedLaunches.refusesGemm(operator).isPresent();
        return naive ? UnfusedLaunches.naive(operator) : UnfusedLaunches.gemm(operator);
    }

    @Override
    protected long mostRows() {
        return LaunchPlan.MAX_BATCH;
    }

    /** So that all batches in flight of all tasks at once fit. */
    @Override
    protected long mostBatchBytes() {
        return budgetBytes / BATCHES_IN_FLIGHT / turns.atOnce();
    }

    @Override
    protected Plan neighborhood(NeighborhoodOperator operator, long maxBatch, Parameters parameters) {
        return plan(operator, maxBatch, parameters, Optional.empty());
    }

    private Plan plan(
            NeighborhoodOperator operator, long maxBatch, Parameters parameters, Optional<EntryPointShape> wanted) {
        device.requireNotLost();
        Prepared ready = prepared.take(operator, parameters, wanted, () -> launches(operator, wanted));
        return new CudaPlan(operator, maxBatch, ready, () -> prepared.give(ready));
    }

    @Override
    public List<Candidate> candidates(Operator operator, long batch) {
        NeighborhoodOperator accepted = notRefused(operator);
        return isFused(accepted)
                ? CudaPlan.candidates((NeighborhoodAttentionOperator) accepted, device.limits(), batch)
                : List.of();
    }

    @Override
    public Plan plan(Operator operator, long maxBatch, Parameters parameters, Candidate candidate) {
        NeighborhoodOperator accepted = checked(operator, maxBatch, parameters);
        EntryPointShape wanted = fusedPlans(accepted).stream()
                .filter(plan -> CudaPlan.describe(plan).equals(candidate.way()))
                .map(LaunchPlan::shape)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "cuda has no such candidate for this operator: " + candidate.way()));
        return plan(accepted, maxBatch, parameters, Optional.of(wanted));
    }

    /** The ways of fused attention; none of the other operators and implementations, which have one way each. */
    private List<LaunchPlan> fusedPlans(NeighborhoodOperator operator) {
        return isFused(operator)
                ? LaunchPlan.candidates((NeighborhoodAttentionOperator) operator, device.limits())
                : List.of();
    }

    @Override
    public Lane lane(int threads) {
        return lane(threads, Thread.currentThread());
    }

    @Override
    public Lane lane(int threads, Object task) {
        LaneTurns taken = device.turns(turns.atOnce());
        taken.enter(task, turns.waitMillis());
        try {
            return new CudaLane(LaneResources.open(device, memory, pinned, prepared), () -> taken.leave(task));
        } catch (RuntimeException e) {
            taken.leave(task);
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
