package io.sparkhood.column;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Completion;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.column.OpenPlans.OpenPlan;
import io.sparkhood.column.WindowRow.PendingRow;
import io.sparkhood.operator.Port;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Rows of one operator computed in one run: pack, upload, run, download; then, when it is done, unpack. */
final class Batch {
    private final OpenPlan plan;
    private final List<PendingRow> rows;
    private final PartitionLoop loop;
    private final Buffers buffers;
    private final Map<String, Tensor> tensors;
    private final long start;
    private final Completion done;
    private final long computeNanos;
    private final long copyNanos;
    private boolean finished;

    private Batch(OpenPlan plan, List<PendingRow> rows, PartitionLoop loop, Buffers buffers) {
        this.plan = plan;
        this.rows = rows;
        this.loop = loop;
        this.buffers = buffers;
        this.tensors = buffers.forRun(plan.operator(), rows.size());
        long begin = System.nanoTime();
        pack();
        Lane lane = plan.lane();
        BoundTensors bound = BoundTensors.of(plan.plan(), rows.size(), tensors);
        long packed = System.nanoTime();
        start = nanosSinceEpoch();
        plan.plan().run(lane, rows.size(), bound);
        long run = System.nanoTime();
        for (Port port : plan.operator().outputs()) {
            lane.download(tensor(port), rows.size() * port.elements());
        }
        done = lane.mark();
        computeNanos = run - packed;
        copyNanos = packed - begin + System.nanoTime() - run;
    }

    /**
     * Starts a batch.
     *
     * @throws OutOfDeviceMemoryException if there is no memory for so many rows; the lane goes on without them
     */
    static Batch submit(OpenPlan plan, List<PendingRow> rows, PartitionLoop loop) {
        Buffers buffers = plan.on().nextBuffers();
        try {
            Batch batch = new Batch(plan, rows, loop, buffers);
            plan.on().underWay.add(batch);
            return batch;
        } catch (OutOfDeviceMemoryException e) {
            buffers.clear();
            plan.on().free.add(buffers);
            throw e;
        }
    }

    private void pack() {
        List<Port> ports = plan.operator().inputs();
        for (int i = 0; i < ports.size(); i++) {
            Tensor tensor = tensor(ports.get(i));
            Staging staging = plan.lane().staging(tensor);
            long elements = ports.get(i).elements();
            for (int row = 0; row < rows.size(); row++) {
                rows.get(row).tensors.get(i).writeTo(staging, row * elements);
            }
            plan.lane().upload(tensor, rows.size() * elements);
        }
    }

    /** Waits for the run and hands the rows their outputs; the buffers are free afterwards. */
    void finish() {
        if (finished) {
            return;
        }
        finished = true;
        long begin = System.nanoTime();
        done.await();
        long awaited = System.nanoTime();
        long end = nanosSinceEpoch();
        List<OutputColumn> outputs = loop.transform().outputs();
        for (int row = 0; row < rows.size(); row++) {
            List<Object> values = new ArrayList<>(outputs.size() + 1);
            for (OutputColumn column : outputs) {
                Port port = PartitionLoop.port(plan.operator(), column);
                values.add(column.encode(plan.lane().staging(tensor(port)), row * port.elements(), port));
            }
            rows.get(row).outputs = values;
            rows.get(row).start = start;
            rows.get(row).end = end;
        }
        plan.on().underWay.remove(this);
        plan.on().free.add(buffers);
        record(computeNanos + awaited - begin, copyNanos + System.nanoTime() - awaited);
    }

    private void record(long computeNanos, long copyNanos) {
        LoopMetrics metrics = loop.metrics();
        metrics.add(Measure.ROWS, rows.size());
        metrics.add(Measure.BATCHES, 1);
        metrics.add(Measure.BYTES, rows.size() * plan.operator().rowBytes());
        metrics.add(Measure.COMPUTE_SECONDS, computeNanos);
        metrics.add(Measure.COPY_SECONDS, copyNanos);
    }

    private Tensor tensor(Port port) {
        return Objects.requireNonNull(tensors.get(port.name()));
    }

    private static long nanosSinceEpoch() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
