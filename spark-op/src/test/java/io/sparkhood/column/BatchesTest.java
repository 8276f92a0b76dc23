package io.sparkhood.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.TaskTurns;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Operator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import scala.Product;
import scala.Tuple1;
import scala.Tuple2;

class BatchesTest {
    /** Rows of so many tokens are invalid. */
    static final int UNLUCKY = 47;

    private int read;

    /** Query, key and value from one flat column: a sequence of as many tokens as the row has numbers. */
    record Sequences() implements RowOperator {
        @Override
        public Operator of(List<TensorValue> tensors) {
            if (tensors.get(0).elements() == UNLUCKY) {
                throw InvalidRowException.of("x", "47 tokens");
            }
            return NeighborhoodAttentionOperator.on(tensors.get(0).elements())
                    .headDim(1)
                    .kernelSize(1)
                    .build();
        }

        @Override
        public Parameters parameters(Operator operator) {
            return Parameters.NONE;
        }
    }

    private Iterator<Product> batches(long maxBatchBytes, int... lengths) {
        return loop(maxBatchBytes).call(input(lengths));
    }

    private Iterator<Tuple2<Row, Product>> input(int... lengths) {
        return IntStream.range(0, lengths.length)
                .mapToObj(i -> {
                    read++;
                    float[] values = new float[lengths[i]];
                    values[0] = i;
                    return new Tuple2<Row, Product>(RowFactory.create(i), new Tuple1<>(values));
                })
                .iterator();
    }

    private static PartitionLoop loop(long maxBatchBytes) {
        return loop("reference", maxBatchBytes, InvalidRows.FAIL);
    }

    /** Attention of every token to itself alone, on a backend. */
    static PartitionLoop loop(String backend, long maxBatchBytes, InvalidRows invalidRows) {
        return loop(invalidRows, options(backend, maxBatchBytes));
    }

    private static PartitionLoop loop(InvalidRows invalidRows, BatchOptions options) {
        TensorColumn column = TensorColumn.of("x", TensorForm.ARRAY, null);
        return new PartitionLoop(
                transform(invalidRows),
                List.of(column, column, column),
                List.of(0, 0, 0),
                new Sequences(),
                options,
                LoopMetrics.ofTheJvmAlone());
    }

    static TensorTransform transform(InvalidRows invalidRows) {
        return new TensorTransform(
                List.of("x", "x", "x"),
                List.of(new OutputColumn("output", "y", TensorForm.ARRAY)),
                null,
                false,
                invalidRows);
    }

    static BatchOptions options(String backend, long maxBatchBytes) {
        return options(backend, 1, maxBatchBytes);
    }

    private static BatchOptions options(String backend, int threads, long maxBatchBytes) {
        return new BatchOptions(
                backend, Implementation.AUTO, threads, maxBatchBytes, 0, 0, TaskTurns.DEFAULT, Map.of());
    }

    private static float first(Product row) {
        return ((float[]) ((Product) row.productElement(1)).productElement(0))[0];
    }

    @Test
    void looksAheadNoFurtherThanItsBudget() {
        int[] lengths = IntStream.generate(() -> 10).limit(1000).toArray();
        Iterator<Product> batches = batches(5 * 160, lengths); // a row of four tensors of 10 floats is 160 bytes
        assertThat(read).isZero();
        assertThat(batches.hasNext()).isTrue();
        assertThat(read).isEqualTo(5);
        for (int i = 0; i < 5; i++) {
            assertThat(first(batches.next())).isEqualTo(i);
        }
        assertThat(read).isEqualTo(5);
        batches.next();
        assertThat(read).isEqualTo(10);
    }

    @Test
    void looksAheadNoFurtherThanItsLaneHasUseFor() {
        int[] lengths = IntStream.generate(() -> 1 << 12).limit(100).toArray(); // rows of 64 KiB
        batches(64 << 20, lengths).next();
        assertThat(read).isEqualTo(4);
        read = 0;
        batches(64 << 20, 1 << 20, 1, 1).next();
        assertThat(read).isEqualTo(1);
    }

    @Test
    void aRowLargerThanTheBudgetIsAlone() {
        Iterator<Product> batches = batches(1000, 10, 1000, 10, 10);
        batches.next();
        assertThat(read).isEqualTo(2); // the second was read and kept back
        batches.next();
        assertThat(read).isEqualTo(2);
        batches.next();
        batches.next();
        assertThat(batches.hasNext()).isFalse();
        assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void keepsTheOrderOfMixedShapes() {
        int[] lengths = IntStream.range(0, 500).map(i -> 1 + i * 7 % 45).toArray(); // more shapes than plans are kept
        Iterator<Product> batches = batches(20_000, lengths);
        for (int i = 0; i < 500; i++) {
            Product row = batches.next();
            assertThat(first(row)).isEqualTo(i);
            assertThat(((float[]) ((Product) row.productElement(1)).productElement(0)).length)
                    .isEqualTo(lengths[i]);
        }
        assertThat(batches.hasNext()).isFalse();
    }

    @Test
    void otherColumnsCountAsMuchAsTensors() {
        List<Tuple2<Row, Product>> rows = IntStream.range(0, 20)
                .mapToObj(i -> new Tuple2<Row, Product>(
                        RowFactory.create(i, new byte[30_000], "text"), new Tuple1<>(new float[10])))
                .toList();
        Iterator<Product> batches =
                loop(100_000).call(rows.stream().peek(row -> read++).iterator());
        batches.next();
        assertThat(read).isEqualTo(4); // three of 30 kB fit, the fourth was read and kept back
    }

    @Test
    void tinyRowsAreCountedAsWell() {
        Iterator<Product> batches = loop(InvalidRows.FAIL, options("reference", 4, Long.MAX_VALUE))
                .call(IntStream.range(0, 40_000)
                        .peek(i -> read++)
                        .mapToObj(i -> new Tuple2<Row, Product>(RowFactory.create(i), new Tuple1<>(new float[1])))
                        .iterator());
        batches.next();
        assertThat(read).isEqualTo(16_384);
    }

    @Test
    void invalidRowsKeepTheirPlaceAndCostNoBatch() {
        int[] lengths =
                IntStream.range(0, 40).map(i -> i % 3 == 1 ? 10 : UNLUCKY).toArray();
        InvalidRows keep = new InvalidRows(InvalidRows.Handling.KEEP, "error", false);
        Number batchesBefore = JvmTotals.total(Measure.BATCHES);
        Number invalidBefore = JvmTotals.total(Measure.INVALID_ROWS);
        Iterator<Product> kept = loop("reference", 10_000, keep).call(input(lengths));
        for (int i = 0; i < 40; i++) {
            Product row = kept.next();
            assertThat(row.productElement(0)).isEqualTo(RowFactory.create(i));
            Product outputs = (Product) row.productElement(1);
            boolean valid = i % 3 == 1;
            assertThat(outputs.productElement(0) == null).isEqualTo(!valid);
            assertThat(outputs.productElement(1)).isEqualTo(valid ? null : "column x: 47 tokens");
        }
        assertThat(kept.hasNext()).isFalse();
        assertThat(JvmTotals.total(Measure.BATCHES)).isEqualTo(batchesBefore.longValue() + 1);
        assertThat(JvmTotals.total(Measure.INVALID_ROWS)).isEqualTo(invalidBefore.longValue() + 27);
    }

    @Test
    void skippedRowsHoldNoPlaceInAWindow() {
        int[] lengths = IntStream.range(0, 100_000)
                .map(i -> i % 50_000 == 7 ? 10 : UNLUCKY)
                .toArray();
        InvalidRows skip = new InvalidRows(InvalidRows.Handling.SKIP, null, false);
        Iterator<Product> rows = loop("reference", 5 * 160, skip).call(input(lengths));
        assertThat(first(rows.next())).isEqualTo(7);
        assertThat(first(rows.next())).isEqualTo(50_007);
        assertThat(rows.hasNext()).isFalse();
    }

    @Test
    void afterAFailureEveryCallFails() {
        int[] lengths = {10, 10, 10, UNLUCKY, 10, 10};
        Iterator<Product> batches = batches(2 * 160, lengths);
        assertThat(first(batches.next())).isZero();
        assertThat(first(batches.next())).isEqualTo(1);
        assertThatThrownBy(batches::hasNext)
                .isInstanceOf(InvalidRowException.class)
                .hasMessage("column x: 47 tokens (row 3 of partition 0)");
        for (int i = 0; i < 3; i++) { // row 2 had been read before, and must not be lost unsaid
            assertThatThrownBy(batches::hasNext)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this partition has failed before")
                    .hasCauseInstanceOf(InvalidRowException.class);
            assertThatThrownBy(batches::next).hasMessage("this partition has failed before");
        }
    }

    @Test
    void nothingIsComputedOnceItIsClosed() throws Exception {
        Iterator<Product> batches = batches(160, 10, 10, 10);
        batches.next();
        ((AutoCloseable) batches).close();
        ((AutoCloseable) batches).close();
        assertThatThrownBy(batches::hasNext)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the task has ended; nothing is computed after it");
    }

    @Test
    void theEndStaysTheEnd() {
        Iterator<Product> batches = batches(160);
        for (int i = 0; i < 3; i++) {
            assertThat(batches.hasNext()).isFalse();
            assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
        }
        Iterator<Product> withoutAsking = batches(160, 10, 10);
        withoutAsking.next();
        withoutAsking.next();
        assertThatThrownBy(withoutAsking::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void weighsWhatARowHoldsBesideItsTensors() {
        assertThat(RowBytes.of(RowFactory.create(1, null, 2.5, new byte[100], "abcd")))
                .isEqualTo(108);
        assertThat(RowBytes.of(RowFactory.create(RowFactory.create("ab", new byte[5]))))
                .isEqualTo(16 + 4 + 5);
        assertThat(RowBytes.of(RowFactory.create(scala.jdk.javaapi.CollectionConverters.asScala(List.of("ab", "c")))))
                .isEqualTo(2 * 16 + 4 + 2);
    }

    @Test
    void warnsOfReaderBatchesBeyondAQuarterOfTheHeap() {
        Map<String, Integer> settings = Map.of("spark.a", 16, "spark.b", 4096, "spark.c", 10_000);
        assertThat(ReaderBatchWarning.text(2_400_000, settings, 2L << 30))
                .isEqualTo(
                        "rows of 2400000 bytes: Spark reads columnar sources by rows, and a batch would pass a quarter "
                                + "of the heap of 2147483648 bytes with spark.b=4096, spark.c=10000. Where the rows come from such "
                                + "a source, set it to 16");
        assertThat(ReaderBatchWarning.text(2_400_000, Map.of("spark.a", 16), 2L << 30))
                .isEmpty();
    }
}
