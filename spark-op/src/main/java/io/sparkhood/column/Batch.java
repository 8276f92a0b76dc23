package io.sparkhood.column;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Completion;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.column.Batches.PendingRow;
import io.sparkhood.column.OpenPlans.OpenPlan;
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
    private final List<OutputColumn> outputs;
    private final Buffers buffers;
    private final Map<String, Tensor> tensors = new HashMap<>(); // by port name
    private final Map<String, Object> adopted = new HashMap<>(); // outputs by port name: the arrays they are written to
    private final long start;
    private final Completion done;
    private boolean finished;

    private Batch(OpenPlan plan, List<PendingRow> rows, List<OutputColumn> outputs, Buffers buffers) {
        this.plan = plan;
        this.rows = rows;
        this.outputs = outputs;
        this.buffers = buffers;
        if (rows.size() == 1) {
            adopt(rows.get(0));
        }
        List<Port> packed = withoutTensor(plan.operator().inputs());
        List<Port> unpacked = withoutTensor(plan.operator().outputs());
        packed.forEach(port -> tensors.put(port.name(), buffers.tensor(port, rows.size())));
        unpacked.forEach(port -> tensors.put(port.name(), buffers.tensor(port, rows.size())));
        packed.forEach(this::pack);
        Lane lane = plan.lane();
        BoundTensors bound = BoundTensors.of(plan.plan(), rows.size(), tensors);
        start = nanosSinceEpoch();
        plan.plan().run(lane, rows.size(), bound);
        unpacked.forEach(port -> lane.download(tensor(port), rows.size() * port.elements()));
        done = lane.mark();
    }

    /**
     * Starts a batch.
     *
     * @throws OutOfDeviceMemoryException if there is no memory for so many rows; the lane goes on without them
     */
    static Batch submit(OpenPlan plan, List<PendingRow> rows, List<OutputColumn> outputs) {
        Buffers buffers = plan.on().nextBuffers();
        try {
            Batch batch = new Batch(plan, rows, outputs, buffers);
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
        for (OutputColumn column : outputs) {
            Port port = PartitionLoop.port(plan.operator(), column);
            Object array = column.array(port);
            OutputColumn.adopt(plan.lane(), array, port).ifPresent(tensor -> {
                tensors.put(port.name(), tensor);
                adopted.put(port.name(), array);
            });
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
        done.await();
        long end = nanosSinceEpoch();
        for (int row = 0; row < rows.size(); row++) {
            List<Object> values = new ArrayList<>(outputs.size() + 1);
            for (OutputColumn column : outputs) {
                Port port = PartitionLoop.port(plan.operator(), column);
                values.add(OutputColumn.encode(filled(column, port, row), port));
            }
            rows.get(row).outputs = values;
            rows.get(row).start = start;
            rows.get(row).end = end;
        }
        plan.on().underWay.remove(this);
        plan.on().free.add(buffers);
    }

    /** The array of a row's output, computed there or copied there now. */
    private Object filled(OutputColumn column, Port port, int row) {
        @Nullable Object there = adopted.get(port.name());
        if (there != null) {
            return there;
        }
        Object array = column.array(port);
        OutputColumn.read(plan.lane().staging(tensor(port)), row * port.elements(), array, port);
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
