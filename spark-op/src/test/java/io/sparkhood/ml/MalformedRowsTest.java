package io.sparkhood.ml;

import static io.sparkhood.ml.AttentionFrames.floats;
import static io.sparkhood.ml.AttentionFrames.plain;
import static io.sparkhood.ml.AttentionFrames.type;
import static java.util.stream.Collectors.joining;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.contract.Example;
import io.sparkhood.column.JvmTotals;
import io.sparkhood.column.Measure;
import io.sparkhood.ml.MalformedRows.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ten thousand malformed rows of each form among good ones: every one is told, every good one computed as without them. */
@Timeout(300)
class MalformedRowsTest {
    private static final int MALFORMED = 10_000;
    private static final int GOOD = 2_000;
    private static final String[] COLUMNS = {"id", "q", "k", "v"};

    private static List<Sample> samples(String form) {
        MalformedRows rows = new MalformedRows(form, Example.SEED ^ form.hashCode());
        Random order = new Random(Example.SEED);
        List<Sample> samples = new ArrayList<>();
        int malformed = 0;
        while (samples.size() < MALFORMED + GOOD) {
            int left = MALFORMED + GOOD - samples.size();
            boolean bad = order.nextInt(left) < MALFORMED - malformed;
            samples.add(bad ? rows.malformed() : rows.good());
            malformed += bad ? 1 : 0;
        }
        return samples;
    }

    private static Dataset<Row> frame(String form, List<Sample> samples) {
        StructType schema = new StructType().add("id", DataTypes.IntegerType);
        for (String column : List.of("q", "k", "v")) {
            schema = schema.add(column, form.equals("struct") ? loose() : type(form));
        }
        List<Row> rows = new ArrayList<>();
        for (Sample sample : samples) {
            List<@Nullable Object> tensors = sample.tensors();
            rows.add(RowFactory.create(rows.size(), tensors.get(0), tensors.get(1), tensors.get(2)));
        }
        return LocalSpark.SESSION.createDataFrame(rows, schema).repartition(3, col("id"));
    }

    private static StructType loose() {
        return new StructType()
                .add("shape", DataTypes.createArrayType(DataTypes.IntegerType))
                .add("dtype", "string")
                .add("data", "binary");
    }

    private static NeighborhoodAttention stage(String form) {
        NeighborhoodAttention stage = plain().setBackend("cpu")
                .setKernelSize(3)
                .setCheckFinite(true)
                .setMaxBatchBytes(100_000); // many windows
        return form.equals("struct") ? stage : stage.setFeatureMap(4).setHeads(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"array", "struct", "vector"})
    void everyMalformedRowIsToldAndNoGoodOneHarmed(String form) {
        String seed = "-Dsparkhood.testSeed=" + Example.SEED;
        List<Sample> samples = samples(form);
        Dataset<Row> frame = frame(form, samples).cache();
        List<Row> inputs = frame.collectAsList();
        List<Row> alone = stage(form)
                .transform(frame.filter(col("id").isin(goodIds(samples))))
                .collectAsList();
        Number invalidBefore = JvmTotals.total(Measure.INVALID_ROWS);
        Number rowsBefore = JvmTotals.total(Measure.ROWS);
        List<Row> kept = stage(form)
                .setHandleInvalid("keep")
                .setErrorCol("error")
                .transform(frame)
                .collectAsList();
        assertThat(JvmTotals.total(Measure.INVALID_ROWS)).isEqualTo(invalidBefore.longValue() + MALFORMED);
        assertThat(JvmTotals.total(Measure.ROWS)).isEqualTo(rowsBefore.longValue() + GOOD);
        List<Row> skipped =
                stage(form).setHandleInvalid("skip").transform(frame).collectAsList();
        assertThat(JvmTotals.total(Measure.INVALID_ROWS)).isEqualTo(invalidBefore.longValue() + 2 * MALFORMED);
        frame.unpersist();

        assertThat(kept).as(seed).hasSameSizeAs(inputs);
        List<Row> good = new ArrayList<>();
        for (int i = 0; i < kept.size(); i++) {
            Row row = kept.get(i);
            Sample sample = samples.get(row.getInt(0));
            String place = seed + ", " + form + ", row " + row.getInt(0) + ": " + sample.kind();
            assertThat(text(row)).as(place).isEqualTo(text(inputs.get(i)));
            if (sample.kind().isEmpty()) {
                assertThat(row.isNullAt(row.fieldIndex("error"))).as(place).isTrue();
                good.add(row);
            } else {
                assertThat(row.<String>getAs("error")).as(place).isEqualTo(sample.sentence());
                assertThat(row.isNullAt(row.fieldIndex("output"))).as(place).isTrue();
            }
        }
        assertSameOutputs(seed, good, alone);
        assertSameOutputs(seed, skipped, alone);
        report(form, samples);
    }

    private static Object[] goodIds(List<Sample> samples) {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            if (samples.get(i).kind().isEmpty()) {
                ids.add(i);
            }
        }
        return ids.toArray();
    }

    private static void assertSameOutputs(String seed, List<Row> actual, List<Row> expected) {
        assertThat(actual).as(seed).hasSize(GOOD).hasSameSizeAs(expected);
        for (int i = 0; i < GOOD; i++) {
            assertThat(actual.get(i).getInt(0)).isEqualTo(expected.get(i).getInt(0));
            assertThat(floats(actual.get(i).getAs("output")))
                    .as(seed)
                    .isEqualTo(floats(expected.get(i).getAs("output")));
        }
    }

    /** The input columns, elements written out. */
    private static String text(Row row) {
        StringBuilder text = new StringBuilder();
        for (String column : COLUMNS) {
            text.append(text(row.<@Nullable Object>getAs(column))).append('\n');
        }
        return text.toString();
    }

    private static String text(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return java.util.HexFormat.of().formatHex(bytes);
        }
        if (value instanceof Row struct) {
            return text(struct.get(0)) + text(struct.get(1)) + text(struct.get(2));
        }
        return String.valueOf(value);
    }

    private static void report(String form, List<Sample> samples) {
        Map<String, Integer> counts = new TreeMap<>();
        samples.forEach(sample -> counts.merge(sample.kind().isEmpty() ? "good" : sample.kind(), 1, Integer::sum));
        System.out.println(counts.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(joining(", ", "malformed rows, " + form + ": ", "")));
    }
}
