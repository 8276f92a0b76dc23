package io.sparkhood.column;

import io.sparkhood.column.InvalidRows.Handling;
import io.sparkhood.column.OperatorsBySizes.Sized;
import io.sparkhood.column.WindowRow.InvalidRow;
import io.sparkhood.column.WindowRow.PendingRow;
import io.sparkhood.operator.Operator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkThrowable;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.Product;
import scala.Tuple2;

/** The rows of a partition one by one, decoded, with their operators; invalid ones fail, are skipped or are kept. */
final class RowReader {
    private final PartitionLoop loop;
    private final Iterator<Tuple2<Row, Product>> input;
    private final KillWatch watch;
    private final OperatorsBySizes operators;
    private @Nullable WindowRow next; // read already, but not taken
    private long rowsRead;
    private boolean operatorSeen;

    RowReader(PartitionLoop loop, Iterator<Tuple2<Row, Product>> input, KillWatch watch) {
        this.loop = loop;
        this.input = input;
        this.watch = watch;
        this.operators = new OperatorsBySizes(loop.rows());
    }

    /** The next row without taking it, or null if there is none. */
    @Nullable
    WindowRow peek() {
        while (next == null && input.hasNext()) {
            watch.requireNotKilled(); // however many rows are skipped one after the other
            next = read();
        }
        return next;
    }

    /** Takes the row that {@link #peek} shows. */
    void take() {
        next = null;
    }

    /** A row, or null where it is skipped. */
    private @Nullable WindowRow read() {
        long number = rowsRead++;
        Tuple2<Row, Product> row = nextInput(number);
        try {
            List<TensorValue> tensors = loop.decode(row);
            Sized sized = operators.of(tensors);
            loop.requireFinite(tensors);
            warnOnce(sized.operator());
            return new PendingRow(row, tensors, sized, number);
        } catch (InvalidRowException e) {
            return invalid(row, number, e);
        }
    }

    private @Nullable WindowRow invalid(Tuple2<Row, Product> row, long number, InvalidRowException e) {
        loop.metrics().add(Measure.INVALID_ROWS, 1);
        Handling handling = loop.transform().invalidRows().handling();
        return switch (handling) {
            case ERROR -> throw e.at(place(number));
            case SKIP -> null;
            case KEEP -> new InvalidRow(row, String.valueOf(e.getMessage()));
        };
    }

    private void warnOnce(Operator operator) {
        if (!operatorSeen) {
            operatorSeen = true;
            ReaderBatchWarning.check(operator.inputs(), loop.options().readerRows());
        }
    }

    /** Where a row is, for messages. */
    static String place(long number) {
        return " (row " + number + " of partition " + TaskContext.getPartitionId() + ")";
    }

    /** Spark's own message for a null inside an array names no column; arrays are looked through only to skip or keep rows. */
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
}
