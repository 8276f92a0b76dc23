package io.sparkhood.column;

import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.Product;
import scala.collection.Iterable;

/** Roughly what the values of a row hold in the heap beside the row itself: arrays, texts, and what is nested. */
final class RowBytes {
    private static final int OBJECT = 16;

    private RowBytes() {}

    static long of(Row row) {
        long bytes = 0;
        for (int i = 0; i < row.size(); i++) {
            bytes += of(row.get(i));
        }
        return bytes;
    }

    static long of(Product values) {
        long bytes = 0;
        for (int i = 0; i < values.productArity(); i++) {
            bytes += of(values.productElement(i));
        }
        return bytes;
    }

    private static long of(@Nullable Object value) {
        if (value instanceof byte[] array) {
            return array.length;
        }
        if (value instanceof float[] array) {
            return (long) Float.BYTES * array.length;
        }
        if (value instanceof String text) {
            return 2L * text.length();
        }
        if (value instanceof Row row) {
            return OBJECT + of(row);
        }
        if (value instanceof Iterable<?> elements) { // Scala's sequences and maps
            long bytes = 0;
            for (scala.collection.Iterator<?> i = elements.iterator(); i.hasNext(); ) {
                bytes += OBJECT + of(i.next());
            }
            return bytes;
        }
        if (value instanceof scala.Tuple2<?, ?> entry) {
            return of(entry._1()) + of(entry._2());
        }
        return value instanceof org.apache.spark.ml.linalg.Vector vector ? 8L * vector.numActives() : 0;
    }
}
