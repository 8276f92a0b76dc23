package io.sparkhood.column;

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
        BatchOptions options)
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

    /** The tensors of a row by port. */
    List<TensorValue> decode(Product tensors) {
        List<TensorValue> values = new ArrayList<>(columns.size());
        for (int port = 0; port < columns.size(); port++) {
            int first = places.indexOf(places.get(port));
            values.add(
                    first < port
                            ? values.get(first) // one column for several ports
                            : columns.get(port).decode(tensors.productElement(places.get(port))));
        }
        return values;
    }

    /** The outputs of a row, from what {@link Batches} computed for it. */
    Product encode(Tuple2<Row, Product> input, List<Object> outputs, long start, long end) {
        List<Object> values = outputs;
        if (transform.runTimeCol() != null) {
            values = new ArrayList<>(outputs);
            values.add(RowFactory.create(start, end));
        }
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

    static Product tuple(List<Object> of) {
        return switch (of.size()) {
            case 1 -> new Tuple1<>(of.get(0));
            case 2 -> new Tuple2<>(of.get(0), of.get(1));
            case 3 -> new Tuple3<>(of.get(0), of.get(1), of.get(2));
            case 4 -> new Tuple4<>(of.get(0), of.get(1), of.get(2), of.get(3));
            default -> new Tuple5<>(of.get(0), of.get(1), of.get(2), of.get(3), of.get(4));
        };
    }
}
