package io.sparkhood.column;

import io.sparkhood.column.WindowRow.InvalidRow;
import io.sparkhood.column.WindowRow.PendingRow;
import io.sparkhood.operator.Operator;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import scala.Product;
import scala.Tuple1;
import scala.Tuple2;
import scala.Tuple3;
import scala.Tuple4;
import scala.Tuple5;

/** The function of a stage's mapPartitions: knows how rows look on either side, and leaves the batching to {@link Batches}. */
record PartitionLoop(
        TensorTransform transform,
        List<TensorColumn> columns,
        List<Integer> places,
        RowOperator rows,
        BatchOptions options,
        LoopMetrics metrics)
        implements MapPartitionsFunction<Tuple2<Row, Product>, Product> {

    PartitionLoop {
        columns = List.copyOf(columns);
        places = List.copyOf(places);
    }

    @Override
    public Iterator<Product> call(Iterator<Tuple2<Row, Product>> input) {
        Batches batches = new Batches(this, input);
        @Nullable TaskContext task = TaskContext.get();
        if (task != null) {
            task.addTaskCompletionListener((org.apache.spark.util.TaskCompletionListener) context -> batches.close());
        }
        return batches;
    }

    /**
     * The tensors of a row by port.
     *
     * @throws InvalidRowException naming column, expected and found
     */
    List<TensorValue> decode(Tuple2<Row, Product> row) {
        List<TensorValue> values = new ArrayList<>(columns.size());
        for (int port = 0; port < columns.size(); port++) {
            int first = firstPort(port);
            if (first < port) {
                values.add(values.get(first));
                continue;
            }
            TensorColumn column = columns.get(port);
            column.requireNoNulls(row._1());
            values.add(column.decode(row._2().productElement(places.get(port))));
        }
        return values;
    }

    /** One column may stand for several ports. */
    private int firstPort(int port) {
        return places.indexOf(places.get(port));
    }

    /**
     * Looks for NaN and infinities where that is asked for.
     *
     * @throws InvalidRowException naming column, element and value
     */
    void requireFinite(List<TensorValue> tensors) {
        if (!transform.invalidRows().checkFinite()) {
            return;
        }
        for (int port = 0; port < tensors.size(); port++) {
            if (firstPort(port) == port) {
                columns.get(port).requireFinite(tensors.get(port));
            }
        }
    }

    /** A row as it leaves: with its outputs, or with nulls and the sentence that says why. */
    Product encode(WindowRow row) {
        @Nullable PendingRow computed = row instanceof PendingRow pending ? pending : null;
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < transform.outputs().size(); i++) {
            values.add(computed == null ? null : computed.outputs.get(i));
        }
        if (transform.runTimeCol() != null) {
            values.add(computed == null ? null : RowFactory.create(computed.start, computed.end));
        }
        if (transform.invalidRows().errorCol() != null) {
            values.add(row instanceof InvalidRow invalid ? invalid.sentence() : null);
        }
        Tuple2<Row, Product> input = row.input();
        Product typed = tuple(values);
        return transform.keepInputs() ? new Tuple3<>(input._1(), typed, input._2()) : new Tuple2<>(input._1(), typed);
    }

    /** The output port that a column is filled from. */
    static Port port(Operator operator, OutputColumn column) {
        return operator.outputs().stream()
                .filter(port -> port.name().equals(column.port()))
                .findFirst()
                .orElseThrow();
    }

    private static Product tuple(List<@Nullable Object> of) {
        return switch (of.size()) {
            case 1 -> new Tuple1<>(of.get(0));
            case 2 -> new Tuple2<>(of.get(0), of.get(1));
            case 3 -> new Tuple3<>(of.get(0), of.get(1), of.get(2));
            case 4 -> new Tuple4<>(of.get(0), of.get(1), of.get(2), of.get(3));
            default -> new Tuple5<>(of.get(0), of.get(1), of.get(2), of.get(3), of.get(4));
        };
    }
}
