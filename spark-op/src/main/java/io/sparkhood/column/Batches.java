package io.sparkhood.column;

import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.column.OpenPlans.OpenPlan;
import io.sparkhood.column.WindowRow.PendingRow;
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
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.Product;
import scala.Tuple2;

/**
 * The rows of a partition with their outputs, in order. Looks ahead over at most {@code maxBatchBytes} of inputs and outputs
 * and as many bytes of other columns (one larger row is alone), computes the rows of each operator in that window together,
 * and keeps as many windows under way as the backend can overlap. Never holds a partition. After a failure every call fails:
 * no row is left out unsaid.
 */
final class Batches implements Iterator<Product>, AutoCloseable {
    /** A row costs some hundred bytes beside its tensors; tiny ones must not fill the heap with that. */
    private static final int MOST_ROWS = 16_384;

    private final PartitionLoop loop;
    private final OpenPlans plans;
    private final KillWatch watch;
    private final RowReader reader;
    private final Deque<Window> underWay = new ArrayDeque<>();
    private Iterator<Product> ready = List.<Product>of().iterator();
    private @Nullable Throwable failure;
    private boolean exhausted;
    private boolean closed;

    Batches(PartitionLoop loop, Iterator<Tuple2<Row, Product>> input) {
        this.loop = loop;
        this.plans = new OpenPlans(loop.rows(), loop.options());
        this.watch = new KillWatch(TaskContext.get(), plans::cancel);
        this.reader = new RowReader(loop, input, watch);
    }

    /** Rows read together, and the batches they were cut into. */
    private record Window(List<WindowRow> rows, List<Batch> batches) {}

    @Override
    public boolean hasNext() {
        if (failure != null) {
            throw new IllegalStateException("this partition has failed before", failure);
        }
        try {
            return makeReady();
        } catch (RuntimeException | Error e) {
            fail(e);
            if (e instanceof CancellationException) {
                watch.requireNotKilled();
            }
            throw e;
        }
    }

    private void fail(Throwable cause) {
        failure = cause;
        ready = List.<Product>of().iterator();
        underWay.clear();
        try {
            close();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private boolean makeReady() {
        while (!ready.hasNext()) {
            if (exhausted) {
                return false;
            }
            if (closed) {
                throw new IllegalStateException("the task has ended; nothing is computed after it");
            }
            while (underWay.size() < plans.windowsUnderWay() && submitNextWindow()) {
                // the next window is packed while the backend computes the one before
            }
            @Nullable Window oldest = underWay.poll();
            if (oldest == null) {
                exhausted = true;
                close();
                return false;
            }
            oldest.batches().forEach(Batch::finish);
            ready = oldest.rows().stream().map(loop::encode).iterator();
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
        List<WindowRow> rows = readWindow();
        if (rows.isEmpty()) {
            return false;
        }
        Map<Operator, List<PendingRow>> byOperator = new LinkedHashMap<>();
        for (WindowRow row : rows) {
            if (row instanceof PendingRow pending) {
                byOperator
                        .computeIfAbsent(pending.operator, absent -> new ArrayList<>())
                        .add(pending);
            }
        }
        List<Batch> batches = new ArrayList<>();
        byOperator.forEach((operator, group) -> batches.addAll(submit(operator, group)));
        underWay.add(new Window(rows, batches));
        return true;
    }

    /** Rows of one operator in as many batches as they need. */
    private List<Batch> submit(Operator operator, List<PendingRow> rows) {
        List<Batch> batches = new ArrayList<>();
        OpenPlan plan = plan(operator, rows.get(0).number);
        for (int from = 0; from < rows.size(); ) {
            int to = (int) Math.min(rows.size(), from + plan.maxBatch());
            watch.requireNotKilled();
            try {
                batches.add(Batch.submit(plan, rows.subList(from, to), loop));
                from = to;
            } catch (OutOfDeviceMemoryException e) {
                plan = plans.smaller(plan, to - from, e); // for the same rows again
                loop.metrics().add(Measure.BATCH_SPLITS, to - from > 1 ? 1 : 0);
            }
        }
        return batches;
    }

    private OpenPlan plan(Operator operator, long number) {
        try {
            return plans.of(operator);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + RowReader.place(number), e);
        }
    }

    private List<WindowRow> readWindow() {
        long most = loop.options().maxBatchBytes();
        List<WindowRow> rows = new ArrayList<>();
        long tensorBytes = 0;
        long otherBytes = 0;
        while (rows.size() < MOST_ROWS) {
            @Nullable WindowRow row = reader.peek();
            if (row == null) {
                break;
            }
            tensorBytes += row.tensorBytes();
            otherBytes += row.otherBytes();
            if (!rows.isEmpty() && (tensorBytes > most || otherBytes > most)) {
                break; // it is the first of the next window
            }
            rows.add(row);
            reader.take();
        }
        return rows;
    }

    /** Closing twice is closing once. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        watch.close();
        plans.close();
    }
}
