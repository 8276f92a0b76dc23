package io.sparkhood.column;

import io.sparkhood.operator.Port;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Spark's columnar readers count rows, not bytes: a batch of 4,096 large tensors can be more than the heap. */
final class ReaderBatchWarning {
    private static final Logger LOG = LoggerFactory.getLogger("io.sparkhood");
    private static final AtomicBoolean GIVEN = new AtomicBoolean(); // once per JVM

    private ReaderBatchWarning() {}

    /**
     * Warns once per JVM.
     *
     * @param inputs what a row brings
     * @param readerRows rows of a batch by Spark setting
     */
    static void check(List<Port> inputs, Map<String, Integer> readerRows) {
        long rowBytes = inputs.stream().mapToLong(Port::bytes).sum();
        long heap = Runtime.getRuntime().maxMemory();
        String text = text(rowBytes, readerRows, heap);
        if (!text.isEmpty() && GIVEN.compareAndSet(false, true)) {
            LOG.warn(text);
        }
    }

    /** The warning, or nothing where every batch fits a quarter of the heap. */
    static String text(long rowBytes, Map<String, Integer> readerRows, long heapBytes) {
        TreeSet<String> tooLarge = new TreeSet<>();
        readerRows.forEach((setting, rows) -> {
            if (rowBytes > heapBytes / 4 / Math.max(1, rows)) {
                tooLarge.add(setting + "=" + rows);
            }
        });
        if (tooLarge.isEmpty()) {
            return "";
        }
        return "rows of " + rowBytes
                + " bytes: Spark reads columnar sources by rows, and a batch would pass a quarter of "
                + "the heap of " + heapBytes + " bytes with " + String.join(", ", tooLarge)
                + ". Where the rows come from such a source, set it to 16";
    }
}
