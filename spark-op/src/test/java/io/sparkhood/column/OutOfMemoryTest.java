package io.sparkhood.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.OutOfDeviceMemoryException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scala.Product;
import scala.Tuple1;
import scala.Tuple2;

/** Batches on a device with little memory. A row of n tokens has four tensors of n elements. */
@Timeout(60)
class OutOfMemoryTest {
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @BeforeEach
    void registerTheBackend(@TempDir Path directory) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(BackendProvider.class.getName()), SmallMemoryBackend.class.getName());
        URL[] urls = {directory.toUri().toURL()};
        Thread.currentThread().setContextClassLoader(new URLClassLoader(urls, before));
    }

    @AfterEach
    void restore() {
        Thread.currentThread().setContextClassLoader(before);
    }

    private static Iterator<Product> batches(int rowsAtOnce, int... lengths) {
        Iterator<Tuple2<Row, Product>> rows = IntStream.range(0, lengths.length)
                .mapToObj(i -> {
                    float[] values = new float[lengths[i]];
                    values[lengths[i] - 1] = i;
                    return new Tuple2<Row, Product>(RowFactory.create(i), new Tuple1<>(values));
                })
                .iterator();
        return BatchesTest.loop("small", rowsAtOnce * 160L).call(rows);
    }

    private static void assertInOrder(Iterator<Product> batches, int... lengths) {
        for (int i = 0; i < lengths.length; i++) {
            float[] output = (float[]) ((Product) batches.next().productElement(1)).productElement(0);
            assertThat(output).hasSize(lengths[i]);
            assertThat(output[lengths[i] - 1]).isEqualTo(i);
        }
        assertThat(batches.hasNext()).isFalse();
        assertThat(SmallMemoryBackend.usedElements()).isZero();
    }

    private static int[] equal(int rows) {
        return IntStream.generate(() -> 10).limit(rows).toArray();
    }

    @Test
    void halvesTheBatchAndStaysThere() {
        SmallMemoryBackend.reset(4 * 10 * 6, 0); // six rows
        assertInOrder(batches(8, equal(24)), equal(24));
        assertThat(SmallMemoryBackend.EVENTS)
                .as("rows of each batch, -1 for none: 8 do not fit, 4 do, a second 4 do not beside the first")
                .containsExactly(-1L, 4L, -1L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L, 2L);
    }

    @Test
    void oneRowAtATimeIfNoMoreFit() {
        SmallMemoryBackend.reset(4 * 10, 0);
        assertInOrder(batches(5, equal(12)), equal(12));
        assertThat(SmallMemoryBackend.EVENTS.stream().filter(rows -> rows == 1)).hasSize(12);
    }

    @Test
    void mixedShapesKeepTheirOrder() {
        int[] lengths = IntStream.range(0, 60).map(i -> 1 + i * 7 % 10).toArray();
        for (int elements = 4 * 10; elements < 600; elements += 7) {
            SmallMemoryBackend.reset(elements, 0);
            assertInOrder(batches(7, lengths), lengths);
        }
    }

    @Test
    void aPlanMayNeedTheMemoryOfTensors() {
        SmallMemoryBackend.reset(4 * 10 * 4 + 50 + 20, 50);
        int[] lengths = {10, 10, 10, 10, 9};
        assertInOrder(batches(5, lengths), lengths);
        assertThat(SmallMemoryBackend.EVENTS).containsExactly(4L, -1L, 1L);
    }

    @Test
    void oneRowThatDoesNotFitFailsWithASentence() {
        SmallMemoryBackend.reset(4 * 10 - 1, 0);
        assertThatThrownBy(() -> batches(5, equal(3)).next())
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessage("there is no memory even for one row: no memory for 10 elements");
    }

    private static RowByRow rowByRow() {
        PartitionLoop loop = BatchesTest.loop("small", 1 << 20);
        StructType schema =
                new StructType().add(loop.transform().inputs().get(0), DataTypes.createArrayType(DataTypes.FloatType));
        return new RowByRow(loop.transform(), schema, loop.rows(), loop.options());
    }

    @Test
    void rowsOneByOneShareTheMemoryOfOne() {
        SmallMemoryBackend.reset(4 * 10, 0);
        try (RowByRow rows = rowByRow()) {
            for (int i = 0; i < 5; i++) {
                float[] values = new float[10 - i];
                values[3] = i;
                assertThat((float[]) rows.compute(values, values, values).get(0))
                        .isEqualTo(values);
            }
        }
        assertThat(SmallMemoryBackend.usedElements()).isZero();
    }

    @Test
    void aRowAloneThatDoesNotFitFailsWithTheSameSentence() {
        SmallMemoryBackend.reset(4 * 10 - 1, 0);
        try (RowByRow rows = rowByRow()) {
            assertThatThrownBy(() -> rows.compute(new float[10], new float[10], new float[10]))
                    .isInstanceOf(OutOfDeviceMemoryException.class)
                    .hasMessage("there is no memory even for one row: no memory for 10 elements");
        }
        assertThat(SmallMemoryBackend.usedElements()).isZero();
    }
}
