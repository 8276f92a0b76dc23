package io.sparkhood.column;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.Backends.Chosen;
import io.sparkhood.backend.Backends.Handle;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.Operator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What one task holds open: a lane per backend, and the plans of the operators it met lately. */
final class OpenPlans implements AutoCloseable {
    /** Plans are cheap to make again; a partition of ever new shapes must not hold them all. */
    private static final int MOST_PLANS = 32;

    private final RowOperator rows;
    private final BatchOptions options;
    private final Map<Operator, OpenPlan> plans = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, OpenLane> lanes = new ConcurrentHashMap<>(); // by backend name
    private final Object opening = new Object();
    private @Nullable Thread opens; // a lane, for whose turn it may have to wait; guarded by opening
    private int windowsUnderWay = 1;

    OpenPlans(RowOperator rows, BatchOptions options) {
        this.rows = rows;
        this.options = options;
    }

    /** A lane, the batches under way on it, and buffers for as many as the backend can overlap. */
    static final class OpenLane {
        final Handle backend;
        final Lane lane;
        final int batchesInFlight;
        final Deque<Buffers> free = new ArrayDeque<>();
        final Deque<Batch> underWay = new ArrayDeque<>(); // oldest first

        OpenLane(Handle backend, int threads, Object task) {
            this.backend = backend;
            lane = backend.backend().lane(threads, task);
            batchesInFlight = backend.backend().batchesInFlight();
            for (int i = 0; i < batchesInFlight; i++) {
                free.add(new Buffers(lane));
            }
        }

        /** Buffers for one more batch; if all are under way, the oldest batch is finished first. */
        Buffers nextBuffers() {
            while (free.isEmpty()) {
                underWay.element().finish();
            }
            return free.remove();
        }

        void finishAll() {
            while (!underWay.isEmpty()) {
                underWay.element().finish();
            }
        }

        /** Finishes what is under way, frees all buffers, and returns whether there were any. */
        boolean clear() {
            finishAll();
            boolean any = false;
            for (Buffers buffers : free) {
                any |= buffers.clear();
            }
            return any;
        }
    }

    /**
     * A plan with the lane it runs on.
     *
     * @param maxBatch rows of a run
     * @param windowBytes inputs and outputs worth looking ahead over for it
     */
    record OpenPlan(Operator operator, Plan plan, long maxBatch, long windowBytes, OpenLane on) {
        Lane lane() {
            return on.lane;
        }
    }

    /** Windows to hold at once: two where the backend overlaps batches. */
    int windowsUnderWay() {
        return windowsUnderWay;
    }

    /** The open plan of an operator, made on first use. */
    OpenPlan of(Operator operator) {
        @Nullable OpenPlan known = plans.get(operator);
        if (known != null) {
            return known;
        }
        if (plans.size() >= MOST_PLANS) {
            lanes.values().forEach(OpenLane::finishAll); // a batch under way may still use the plan that goes
            Operator eldest = plans.keySet().iterator().next();
            Objects.requireNonNull(plans.remove(eldest)).plan().close();
        }
        OpenPlan made = open(operator);
        plans.put(operator, made);
        return made;
    }

    /**
     * The plan for further batches after one of {@code rows} rows found no memory: nothing else is in the lane's memory then,
     * and batches have half as many rows from now on.
     *
     * @throws OutOfDeviceMemoryException if it was one row, and nothing else was in the lane's memory
     */
    OpenPlan smaller(OpenPlan plan, int rows, OutOfDeviceMemoryException failure) {
        if (!plan.on().clear() && rows == 1) {
            throw new OutOfDeviceMemoryException(
                    "there is no memory even for one row: " + failure.getMessage(), failure);
        }
        OpenPlan smaller =
                new OpenPlan(plan.operator(), plan.plan(), Math.max(1, rows / 2), plan.windowBytes(), plan.on());
        plans.put(plan.operator(), smaller);
        return smaller;
    }

    private OpenPlan open(Operator operator) {
        BackendOptions opened = BackendOptions.DEFAULT
                .withDevice(TaskDevice.address())
                .withScratchBytes(options.scratchBytes())
                .withMemoryBudgetBytes(options.deviceMemoryBytes())
                .withTurns(options.turns())
                .withImplementation(options.implementation());
        Chosen chosen = Backends.choose(options.backend(), operator, opened);
        Backend backend = chosen.handle().backend();
        OpenLane lane = lane(chosen.handle());
        windowsUnderWay = Math.max(windowsUnderWay, Math.min(2, lane.batchesInFlight));
        long windowBytes = Math.min(options.maxBatchBytes(), lane.lane.enoughBatchBytes());
        long maxBatch = backend.maxBatch(operator, windowBytes);
        OpenPlan made = new OpenPlan(operator, plan(backend, operator, maxBatch), maxBatch, windowBytes, lane);
        ChoiceLog.OF_THIS_JVM.log(backend.name(), chosen.explanation(), made.plan());
        return made;
    }

    private Plan plan(Backend backend, Operator operator, long maxBatch) {
        Parameters parameters = rows.parameters(operator);
        try {
            return backend.plan(operator, maxBatch, parameters);
        } catch (OutOfDeviceMemoryException e) {
            lanes.values().forEach(OpenLane::clear); // this task's own tensors may be in the way
            return backend.plan(operator, maxBatch, parameters);
        }
    }

    /** The lane of a backend; it holds one handle of it. */
    private OpenLane lane(Handle handle) {
        @Nullable OpenLane open = lanes.get(handle.backend().name());
        if (open != null) {
            handle.close();
            return open;
        }
        synchronized (opening) {
            opens = Thread.currentThread();
        }
        try {
            OpenLane made = new OpenLane(handle, options.threads(), TaskDevice.task());
            lanes.put(handle.backend().name(), made);
            return made;
        } catch (Throwable failure) {
            handle.close();
            throw failure;
        } finally {
            synchronized (opening) {
                opens = null;
            }
        }
    }

    /** Ends the runs under way, and the wait for a turn on a device; callable from any thread. */
    void cancel() {
        lanes.values().forEach(open -> open.lane.cancel());
        synchronized (opening) {
            if (opens != null) {
                opens.interrupt(); // its lane is not there yet
            }
        }
    }

    /** Closes plans before their lanes, lanes before their backends; safe to call twice. */
    @Override
    public void close() {
        List<AutoCloseable> open = new ArrayList<>();
        plans.values().forEach(plan -> open.add(plan.plan()));
        lanes.values().forEach(lane -> open.add(lane.lane));
        lanes.values().forEach(lane -> open.add(lane.backend));
        plans.clear();
        lanes.clear();
        closeAll(open);
    }

    /** One that fails to close must not keep the others open. */
    private static void closeAll(List<AutoCloseable> open) {
        @Nullable IllegalStateException failure = null;
        for (AutoCloseable resource : open) {
            try {
                resource.close();
            } catch (Exception e) {
                failure = failure == null ? new IllegalStateException("could not close " + resource, e) : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
