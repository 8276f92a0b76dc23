package io.sparkhood.column;

import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.column.Batches.PendingRow;
import io.sparkhood.column.OpenPlans.OpenPlan;
import io.sparkhood.operator.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.Tuple1;
import scala.Tuple2;

/**
 * Computes rows one by one, each when it is asked for, with the plans, lanes and buffers of the partition loop: what a SQL
 * function needs. A backend is opened for the first row and kept until {@link #close()}. Used by one thread at a time.
 */
public final class RowByRow implements AutoCloseable {
    private final List<TensorColumn> columns;
    private final List<OutputColumn> outputs;
    private final RowOperator rows;
    private final OpenPlans plans;
    private final KillWatch watch;

    /**
     * For rows of a schema; of the task that this thread runs, if there is one.
     *
     * @param transform names of the input columns, and what is computed
     * @param schema the input columns
     */
    public RowByRow(TensorTransform transform, StructType schema, RowOperator rows, BatchOptions options) {
        this.columns = transform.inputs().stream()
                .map(name -> {
                    TensorForm form = TensorForm.of(schema.apply(name).dataType())
                            .orElseThrow(() -> new IllegalArgumentException("no tensor column: " + name));
                    @Nullable
                    StructType struct =
                            schema.apply(name).dataType() instanceof StructType s && form.carriesShape() ? s : null;
                    return TensorColumn.of(name, form, struct);
                })
                .toList();
        this.outputs = transform.outputs();
        this.rows = rows;
        this.plans = new OpenPlans(rows, oneRow(options));
        this.watch = new KillWatch(TaskContext.get(), plans::cancel);
    }

    /** Plans for one row: the smallest that a backend makes. */
    private static BatchOptions oneRow(BatchOptions options) {
        return new BatchOptions(
                options.backend(),
                options.threads(),
                1,
                options.scratchBytes(),
                options.deviceMemoryBytes(),
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
        List<TensorValue> values = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            values.add(columns.get(i).decode(tensors[i]));
        }
        Operator operator = rows.of(values);
        PendingRow row = new PendingRow(new Tuple2<>(Row.empty(), new Tuple1<>(tensors)), values, operator, 0);
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
                Batch.submit(plan, List.of(row), outputs).finish();
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
