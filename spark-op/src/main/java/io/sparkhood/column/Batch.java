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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one operator computed in one run: pack, upload, run, download; then, when it is done, unpack. The tensors of a row
 * that is alone are the arrays it came in and leaves in, where the lane takes them: nothing is packed or unpacked then.
 */
final class Batch {
    private final OpenPlan plan;
    private final List<PendingRow> rows;
    private final PartitionLoop loop;
    private final Buffers buffers;
    private final Map<String, Tensor> tensors = new HashMap<>(); // by port name
    private final Map<String, Object> arrays = new HashMap<>(); // of a row that is alone: outputs by port name
    private final List<Port> toUnpack;
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
        if (rows.size() == 1) {
            adopt(rows.get(0));
        }
        List<Port> toPack = withoutTensor(plan.operator().inputs());
        toUnpack = withoutTensor(plan.operator().outputs());
        toPack.forEach(port -> tensors.put(port.name(), buffers.tensor(port, rows.size())));
        toUnpack.forEach(port -> tensors.put(port.name(), buffers.tensor(port, rows.size())));
        long begin = System.nanoTime();
        toPack.forEach(this::pack);
        Lane lane = plan.lane();
        BoundTensors bound = BoundTensors.of(plan.plan(), rows.size(), tensors);
        long packed = System.nanoTime();
        start = nanosSinceEpoch();
        plan.plan().run(lane, rows.size(), bound);
        long run = System.nanoTime();
        toUnpack.forEach(port -> lane.download(tensor(port), rows.size() * port.elements()));
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

    private void adopt(PendingRow row) {
        List<Port> ports = plan.operator().inputs();
        for (int i = 0; i < ports.size(); i++) {
            TensorValue value = row.tensors.get(i);
            if (value.dtype() == ports.get(i).dtype()) {
                String name = ports.get(i).name();
                value.adopt(plan.lane()).ifPresent(tensor -> tensors.put(name, tensor));
            }
        }
        for (OutputColumn column : loop.transform().outputs()) {
            Port port = PartitionLoop.port(plan.operator(), column);
            Object array = column.array(port);
            arrays.put(port.name(), array);
            OutputColumn.adopt(plan.lane(), array, port).ifPresent(tensor -> tensors.put(port.name(), tensor));
        }
    }

    private List<Port> withoutTensor(List<Port> ports) {
        return ports.stream().filter(port -> !tensors.containsKey(port.name())).toList();
    }

    private void pack(Port port) {
        Tensor tensor = tensor(port);
        Staging staging = plan.lane().staging(tensor);
        int place = plan.operator().inputs().indexOf(port);
        for (int row = 0; row < rows.size(); row++) {
            rows.get(row).tensors.get(place).writeTo(staging, row * port.elements());
        }
        plan.lane().upload(tensor, rows.size() * port.elements());
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
                values.add(column.encode(filled(column, port, row), port));
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

    /** The array of a row's output, computed there or copied there now. */
    private Object filled(OutputColumn column, Port port, int row) {
        @Nullable Object made = arrays.get(port.name());
        Object array = made == null ? column.array(port) : made;
        if (toUnpack.contains(port)) {
            OutputColumn.read(plan.lane().staging(tensor(port)), row * port.elements(), array, port);
        }
        return array;
    }

    private Tensor tensor(Port port) {
        return Objects.requireNonNull(tensors.get(port.name()));
    }

    private static long nanosSinceEpoch() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
