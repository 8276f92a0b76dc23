package io.sparkhood.jobs.benchmark;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendChoice;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The plan on tensors in place: as many lanes as tasks, each with a thread of this JVM and distinct rows of at most 64 MiB. */
final class BarePlan implements AutoCloseable {
    private static final long BATCH_BYTES = 64L << 20;

    private final Backends.Handle handle;
    private final Plan plan;
    private final long batch;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<BoundTensors> tensors = new ArrayList<>();
    private final ExecutorService threads;

    BarePlan(MapForm form, NeighborhoodAttentionOperator operator, int lanes) {
        handle = Backends.choose(BackendChoice.AUTO, operator, BackendOptions.DEFAULT)
                .handle();
        Backend backend = handle.backend();
        batch = backend.maxBatch(operator, BATCH_BYTES);
        plan = backend.plan(operator, batch, Parameters.NONE);
        for (int i = 0; i < lanes; i++) {
            Lane lane = backend.lane(1);
            this.lanes.add(lane);
            tensors.add(tensors(lane, form));
        }
        threads = Executors.newFixedThreadPool(lanes);
    }

    private BoundTensors tensors(Lane lane, MapForm form) {
        Map<String, Tensor> byPort = new HashMap<>();
        SplittableRandom random = new SplittableRandom(0);
        for (Port port : plan.operator().inputs()) {
            Tensor tensor = lane.tensor(port.dtype(), batch * port.elements());
            for (long row = 0; row < batch; row++) {
                float[] map = (float[]) MapForm.ARRAY.map(random);
                lane.staging(tensor).write(row * port.elements(), map, 0, map.length);
            }
            lane.upload(tensor, tensor.elements());
            byPort.put(port.name(), tensor);
        }
        for (Port port : plan.operator().outputs()) {
            byPort.put(port.name(), lane.tensor(form.dtype(), batch * port.elements()));
        }
        return BoundTensors.of(plan, batch, byPort);
    }

    /** Seconds for so many rows, divided among the lanes. */
    double seconds(int rows) throws InterruptedException, ExecutionException {
        List<Callable<Void>> work = new ArrayList<>();
        for (int i = 0; i < lanes.size(); i++) {
            int lane = i;
            long share = (long) rows * (i + 1) / lanes.size() - (long) rows * i / lanes.size();
            work.add(() -> {
                run(lane, share);
                return null;
            });
        }
        long start = System.nanoTime();
        for (Future<Void> done : threads.invokeAll(work)) {
            done.get();
        }
        return (System.nanoTime() - start) * 1e-9;
    }

    private void run(int lane, long rows) {
        for (long left = rows; left > 0; left -= batch) {
            plan.run(lanes.get(lane), Math.min(batch, left), tensors.get(lane));
        }
        lanes.get(lane).mark().await();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        lanes.forEach(Lane::close);
        plan.close();
        handle.close();
    }
}
