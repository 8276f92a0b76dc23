package io.sparkhood.column;

import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.column.OpenPlans.OpenPlan;
import io.sparkhood.column.OperatorsBySizes.Sized;
import io.sparkhood.column.WindowRow.PendingRow;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import scala.Product;
import scala.Tuple2;

/**
 * Computes rows one by one, each when it is asked for, with the plans, lanes and buffers of the partition loop: what a SQL
 * function needs. A backend is opened for the first row and kept until {@link #close()}. Used by one thread at a time.
 */
public final class RowByRow implements AutoCloseable {
    private final PartitionLoop loop;
    private final OperatorsBySizes operators;
    private final OpenPlans plans;
    private final KillWatch watch;

    /**
     * For rows of a schema; of the task that this thread runs, if there is one.
     *
     * @param transform names of the input columns, and what is computed
     * @param schema the input columns
     * @param options maxBatchBytes is left aside
     */
    public RowByRow(TensorTransform transform, StructType schema, RowOperator rows, BatchOptions options) {
        List<TensorColumn> columns = transform.inputs().stream()
                .map(name -> column(name, schema.apply(name).dataType()))
                .toList();
        List<Integer> places = IntStream.range(0, columns.size()).boxed().toList();
        BatchOptions one = oneRow(options);
        this.loop = new PartitionLoop(transform, columns, places, rows, one, LoopMetrics.ofTheJvmAlone());
        this.operators = new OperatorsBySizes(rows);
        this.plans = new OpenPlans(rows, one);
        this.watch = new KillWatch(TaskContext.get(), plans::cancel);
    }

    private static TensorColumn column(String name, DataType type) {
        TensorForm form = TensorForm.of(type).orElseThrow();
        return TensorColumn.of(name, form, form.carriesShape() ? (StructType) type : null);
    }

    /** Plans for one row: the smallest that a backend makes. */
    private static BatchOptions oneRow(BatchOptions options) {
        return new BatchOptions(
                options.backend(),
                options.implementation(),
                options.threads(),
                1,
                options.scratchBytes(),
                options.deviceMemoryBytes(),
                options.turns(),
                options.readerRows());
    }

    /**
     * The outputs of one row.
     *
     * @param tensors by input column, as Spark's encoders deliver them: float[] for an array, a Row with its schema for a
     *     struct
     * @return by output column, as Spark's encoders take them: float[], or a Row of {@link TensorStruct#SCHEMA} whose shape
     *     is an int[]
     * @throws IllegalArgumentException if the row cannot be computed; the message names the column, expected and found
     */
    public List<Object> compute(Object... tensors) {
        Tuple2<Row, Product> input = new Tuple2<>(Row.empty(), PartitionLoop.tuple(List.of(tensors)));
        List<TensorValue> values = loop.decode(input);
        Sized sized = operators.of(values);
        loop.requireFinite(values);
        PendingRow row = new PendingRow(input, values, sized, 0);
        try {
            run(row);
        } catch (CancellationException e) {
            watch.requireNotKilled();
            throw e;
        }
        return row.outputs;
    }

    private void run(PendingRow row) {
        watch.requireNotKilled();
        OpenPlan plan = plans.of(row.operator);
        while (row.outputs.isEmpty()) {
            try {
                Batch.submit(plan, List.of(row), loop).finish();
            } catch (OutOfDeviceMemoryException e) {
                plan = plans.smaller(plan, 1, e); // fails where nothing could be freed
            }
        }
    }

    /** Closes plans, lanes and backends; safe to call twice. */
    @Override
    public void close() {
        watch.close();
        plans.close();
    }
}
