package io.sparkhood.column;

import io.sparkhood.column.OperatorsBySizes.Sized;
import io.sparkhood.operator.Operator;
import java.util.List;
import org.apache.spark.sql.Row;
import scala.Product;
import scala.Tuple2;

/** A row that was read and waits for its turn to leave. */
sealed interface WindowRow {
    /** The row as it came: the other columns, and the tensors. */
    Tuple2<Row, Product> input();

    /** Inputs and outputs in a batch, in bytes. */
    long tensorBytes();

    /** What it holds beside them, in bytes, roughly. */
    long otherBytes();

    /** A row that waits for its batch. */
    final class PendingRow implements WindowRow {
        final List<TensorValue> tensors;
        final Operator operator;
        final long number;
        List<Object> outputs = List.of();
        long start;
        long end;
        private final Tuple2<Row, Product> input;
        private final long tensorBytes;
        private final long otherBytes;

        PendingRow(Tuple2<Row, Product> input, List<TensorValue> tensors, Sized sized, long number) {
            this.input = input;
            this.tensors = tensors;
            this.operator = sized.operator();
            this.number = number;
            tensorBytes = sized.rowBytes();
            otherBytes = RowBytes.of(input._1());
        }

        @Override
        public Tuple2<Row, Product> input() {
            return input;
        }

        @Override
        public long tensorBytes() {
            return tensorBytes;
        }

        @Override
        public long otherBytes() {
            return otherBytes;
        }
    }

    /** A row that cannot be computed and is kept, with the sentence that says why. */
    record InvalidRow(Tuple2<Row, Product> input, String sentence, long otherBytes) implements WindowRow {
        InvalidRow(Tuple2<Row, Product> input, String sentence) {
            this(input, sentence, RowBytes.of(input._1()) + RowBytes.of(input._2()));
        }

        @Override
        public long tensorBytes() {
            return 0; // it goes into no batch
        }
    }
}
