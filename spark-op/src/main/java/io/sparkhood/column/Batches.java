package io.sparkhood.column;

import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.column.OpenPlans.OpenPlan;
import io.sparkhood.operator.Operator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import org.apache.spark.SparkThrowable;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.Product;
import scala.Tuple2;

/**
 * The rows of a partition with their outputs, in order. Looks ahead over at most {@code maxBatchBytes} of inputs and outputs,
 * less where the lane has enough with less, and as many bytes of other columns (one larger row is alone), computes the rows of each operator in that window together, and keeps as many windows under way
 * as the backend can overlap. Never holds a partition.
 */
final class Batches implements Iterator<Product>, AutoCloseable {
    /** A row costs some hundred bytes beside its tensors; tiny ones must not fill the heap with that. */
    private static final int MOST_ROWS = 16_384;

    private final PartitionLoop loop;
    private final Iterator<Tuple2<Row, Product>> input;
    private final OpenPlans plans;
    private final KillWatch watch;
    private final Deque<Window> underWay = new ArrayDeque<>();
    private Iterator<Product> ready = List.<Product>of().iterator();
    private @Nullable PendingRow first; // read already, but too large for the last window
    private long rowsRead;

    Batches(PartitionLoop loop, Iterator<Tuple2<Row, Product>> input) {
        this.loop = loop;
        this.input = input;
        this.plans = new OpenPlans(loop.rows(), loop.options());
        this.watch = new KillWatch(TaskContext.get(), plans::cancel);
    }

    /** A row that waits for its batch. */
    static final class PendingRow {
        final Tuple2<Row, Product> row;
        final List<TensorValue> tensors;
        final Operator operator;
        final long number;
        List<Object> outputs = List.of();
        long start;
        long end;

        PendingRow(Tuple2<Row, Product> row, List<TensorValue> tensors, Operator operator, long number) {
            this.row = row;
            this.tensors = tensors;
            this.operator = operator;
            this.number = number;
        }
    }

    /** Rows read together, and the batches they were cut into. */
    private record Window(List<PendingRow> rows, List<Batch> batches) {}

    @Override
    public boolean hasNext() {
        try {
            return makeReady();
        } catch (CancellationException e) {
            watch.requireNotKilled();
            throw e;
        }
    }

    private boolean makeReady() {
        while (!ready.hasNext()) {
            while (underWay.size() < plans.windowsUnderWay() && submitNextWindow()) {
                // the next window is packed while the backend computes the one before
            }
            @Nullable Window oldest = underWay.poll();
            if (oldest == null) {
                close();
                return false;
            }
            oldest.batches().forEach(Batch::finish);
            ready = oldest.rows().stream()
                    .map(row -> loop.encode(row.row, row.outputs, row.start, row.end))
                    .iterator();
        }
        return true;
    }

    @Override
    public Product next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.next();
    }

    private boolean submitNextWindow() {
        List<PendingRow> rows = readWindow();
        if (rows.isEmpty()) {
            return false;
        }
        Map<Operator, List<PendingRow>> byOperator = new LinkedHashMap<>();
        rows.forEach(row -> byOperator
                .computeIfAbsent(row.operator, absent -> new ArrayList<>())
                .add(row));
        List<Batch> batches = new ArrayList<>();
        byOperator.forEach((operator, group) -> {
            OpenPlan plan = plan(operator, group.get(0).number);
            for (int from = 0; from < group.size(); ) {
                int to = (int) Math.min(group.size(), from + plan.maxBatch());
                watch.requireNotKilled();
                try {
                    batches.add(Batch.submit(
                            plan, group.subList(from, to), loop.transform().outputs()));
                    from = to;
                } catch (OutOfDeviceMemoryException e) {
                    plan = plans.smaller(plan, to - from, e); // for the same rows again
                }
            }
        });
        underWay.add(new Window(rows, batches));
        return true;
    }

    private OpenPlan plan(Operator operator, long number) {
        try {
            return plans.of(operator);
        } catch (IllegalArgumentException e) {
            throw located(e, number);
        }
    }

    private List<PendingRow> readWindow() {
        long most = 0;
        List<PendingRow> rows = new ArrayList<>();
        long tensorBytes = 0;
        long otherBytes = 0;
        while (rows.size() < MOST_ROWS && (first != null || input.hasNext())) {
            PendingRow row = first != null ? first : read();
            first = null;
            tensorBytes += row.operator.rowBytes();
            otherBytes += RowBytes.of(row.row._1());
            if (rows.isEmpty()) {
                most = plan(row.operator, row.number).windowBytes();
            } else if (tensorBytes > most || otherBytes > loop.options().maxBatchBytes()) {
                first = row;
                break;
            }
            rows.add(row);
        }
        return rows;
    }

    private PendingRow read() {
        long number = rowsRead++;
        Tuple2<Row, Product> row = nextInput(number);
        try {
            List<TensorValue> tensors = loop.decode(row._2());
            Operator operator = loop.rows().of(tensors);
            if (number == 0) {
                ReaderBatchWarning.check(operator.inputs(), loop.options().readerRows());
            }
            return new PendingRow(row, tensors, operator, number);
        } catch (IllegalArgumentException e) {
            throw located(e, number);
        }
    }

    private static IllegalArgumentException located(IllegalArgumentException e, long number) {
        return new IllegalArgumentException(e.getMessage() + place(number), e);
    }

    private static String place(long number) {
        return " (row " + number + " of partition " + TaskContext.getPartitionId() + ")";
    }

    /** Spark's own message for a null inside an array names no column. */
    private Tuple2<Row, Product> nextInput(long number) {
        try {
            return input.next();
        } catch (RuntimeException e) {
            if (e instanceof SparkThrowable spark && "NOT_NULL_ASSERT_VIOLATION".equals(spark.getCondition())) {
                throw new IllegalArgumentException(
                        "one of the columns "
                                + String.join(", ", loop.transform().inputs())
                                + " has a null element in its array" + place(number),
                        e);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        watch.close();
        plans.close();
    }
}
