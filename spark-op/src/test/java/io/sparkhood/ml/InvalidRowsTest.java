package io.sparkhood.ml;

import static io.sparkhood.ml.AttentionFrames.copy;
import static io.sparkhood.ml.AttentionFrames.floats;
import static io.sparkhood.ml.AttentionFrames.plain;
import static io.sparkhood.ml.AttentionFrames.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.operator.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of rows that cannot be computed, mode by mode. The column x is query, key and value at once. */
class InvalidRowsTest {
    /** One map of 3 tokens with one head of 2: six elements. */
    private static NeighborhoodAttention stage() {
        return plain().setQueryCol("x")
                .setKeyCol("x")
                .setValueCol("x")
                .setFeatureMap(3)
                .setHeads(1)
                .setKernelSize(3);
    }

    private static NeighborhoodAttention keeping() {
        return stage().setHandleInvalid("keep").setErrorCol("error");
    }

    private static Dataset<Row> frame(String form, @Nullable Object... tensors) {
        StructType schema = new StructType().add("id", DataTypes.IntegerType).add("x", type(form));
        List<Row> rows = new ArrayList<>();
        for (Object tensor : tensors) {
            rows.add(RowFactory.create(rows.size(), tensor));
        }
        return LocalSpark.SESSION.createDataFrame(rows, schema).coalesce(1);
    }

    private static Object good(String form, float first) {
        float[] values = {first, 1, 2, 3, 4, 5};
        return switch (form) {
            case "array" -> values;
            case "struct" -> TensorStruct.of(values, 3, 1, 2);
            default -> Vectors.dense(first, 1, 2, 3, 4, 5);
        };
    }

    private static Object shorter(String form) {
        return switch (form) {
            case "array" -> new float[5];
            case "struct" -> TensorStruct.of(new float[5], 5);
            default -> Vectors.dense(new double[5]);
        };
    }

    private static String tooShort(String form) {
        return form.equals("struct")
                ? "column x: shape must be [*featureMap, heads, headDim], 3 to 5 numbers, but is [5]"
                : "column x: length must be a multiple of tokens × heads = 3, but is 5 (featureMap=[3], heads=1)";
    }

    @ParameterizedTest
    @ValueSource(strings = {"array", "struct", "vector"})
    void keepLeavesTheRowInItsPlaceWithNullsAndTheSentence(String form) {
        Dataset<Row> frame = frame(form, null, good(form, 7), shorter(form), good(form, 8), null, null);
        List<Row> alone =
                stage().transform(frame(form, good(form, 7), good(form, 8))).collectAsList();
        for (long maxBatchBytes : new long[] {1, 1 << 20}) {
            List<Row> rows = keeping()
                    .setLogSumExpCol("lse")
                    .setRunTimeCol("time")
                    .setMaxBatchBytes(maxBatchBytes)
                    .transform(frame)
                    .collectAsList();
            assertThat(rows).extracting(row -> row.<Integer>getAs("id")).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(rows)
                    .extracting(row -> row.<@Nullable String>getAs("error"))
                    .containsExactly(
                            "column x: the tensor is null",
                            null,
                            tooShort(form),
                            null,
                            "column x: the tensor is null",
                            "column x: the tensor is null");
            for (Row row : rows) {
                boolean computed = row.isNullAt(row.fieldIndex("error"));
                for (String output : List.of("output", "lse", "time")) {
                    assertThat(row.isNullAt(row.fieldIndex(output))).isEqualTo(!computed);
                }
            }
            assertThat(rows.get(0).<@Nullable Object>getAs("x")).isNull();
            assertThat(floats(rows.get(2).getAs("x")))
                    .isEqualTo(floats(frame.collectAsList().get(2).get(1)));
            assertThat(floats(rows.get(1).getAs("output")))
                    .isEqualTo(floats(alone.get(0).getAs("output")));
            assertThat(floats(rows.get(3).getAs("output")))
                    .isEqualTo(floats(alone.get(1).getAs("output")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"array", "struct", "vector"})
    void skipLeavesTheRowOut(String form) {
        Dataset<Row> frame = frame(form, null, good(form, 7), shorter(form), good(form, 8), null);
        List<Row> rows = stage().setHandleInvalid("skip")
                .setErrorCol("error")
                .transform(frame)
                .collectAsList();
        assertThat(rows).extracting(row -> row.<Integer>getAs("id")).containsExactly(1, 3);
        assertThat(rows).allMatch(row -> row.isNullAt(row.fieldIndex("error")));
        assertThat(floats(rows.get(0).getAs("output")))
                .isEqualTo(floats(
                        stage().transform(frame(form, good(form, 7))).first().getAs("output")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"array", "struct", "vector"})
    void partitionsOfInvalidRowsAlone(String form) {
        Dataset<Row> frame = frame(form, null, shorter(form), null);
        List<Row> kept = keeping().setKeepInputCols(false).transform(frame).collectAsList();
        assertThat(kept).extracting(row -> row.<Integer>getAs("id")).containsExactly(0, 1, 2);
        assertThat(kept).noneMatch(row -> row.isNullAt(row.fieldIndex("error")));
        assertThat(stage().setHandleInvalid("skip").transform(frame).collectAsList())
                .isEmpty();
    }

    @Test
    void anArrayWithANullElementStaysAsItWas() {
        Float[] holed = {1f, 2f, null, 4f, null, 6f};
        float rare =
                Float.intBitsToFloat(0x2b5a6c71); // what is looked for first, so that it has to be looked for twice
        Float[] holedWithTheRare = {rare, null, 3f, 4f, 5f, 6f};
        float[] whole = {rare, 2f, 3f, 4f, 5f, 6f};
        Dataset<Row> frame = frame("array", good("array", 7), holed, holedWithTheRare, whole, null, new Float[0]);
        List<Row> rows = keeping().transform(frame).collectAsList();
        assertThat(rows)
                .extracting(row -> row.<@Nullable String>getAs("error"))
                .containsExactly(
                        null,
                        "column x: element 2 is null",
                        "column x: element 1 is null",
                        null,
                        "column x: the tensor is null",
                        "column x: the tensor is empty");
        assertThat(rows)
                .extracting(row -> String.valueOf(row.<@Nullable Object>getAs("x")))
                .isEqualTo(frame.collectAsList().stream()
                        .map(row -> String.valueOf(row.get(1)))
                        .toList());
        assertThat(stage().setHandleInvalid("skip").transform(frame).collectAsList())
                .extracting(row -> row.getInt(0))
                .containsExactly(0, 3);
        List<Row> dropped =
                keeping().setKeepInputCols(false).transform(frame.select("x")).collectAsList();
        assertThat(dropped).hasSize(6);
        assertThat(dropped.get(1).schema().fieldNames()).containsExactly("output", "error");
    }

    @Test
    void errorIsTheDefaultAndSaysTheRow() {
        assertThatThrownBy(() -> stage().setErrorCol("error")
                        .transform(frame("array", good("array", 7), shorter("array")))
                        .collectAsList())
                .satisfies(
                        thrown -> assertThat(causes(thrown)).contains(tooShort("array") + " (row 1 of partition 0)"));
        assertThat(stage().getHandleInvalid()).isEqualTo("error");
        assertThat(stage().getCheckFinite()).isFalse();
    }

    @Test
    void whatIsNotTheRowsFaultFailsUnderEveryMode() {
        for (String mode : List.of("error", "skip", "keep")) {
            NeighborhoodAttention stage =
                    stage().setHandleInvalid(mode).setErrorCol("error").setBackend("cpu");
            fails(
                    copy(stage).setScale(1e39),
                    "no backend can run this (backend=cpu):\n  cpu: refuses: scale 1.0E39 is beyond float32; "
                            + "use backend=reference (row 1 of partition 0)");
            fails(copy(stage).setBackend("gpu"), "there is no backend 'gpu'; known are ");
        }
    }

    private static void fails(NeighborhoodAttention stage, String message) {
        boolean error = stage.getHandleInvalid().equals("error");
        Object first = error ? good("array", 1) : null;
        String expected = error ? message.replace("row 1", "row 0") : message;
        assertThatThrownBy(() ->
                        stage.transform(frame("array", first, good("array", 7))).collectAsList())
                .satisfies(thrown -> assertThat(causes(thrown))
                        .anySatisfy(text -> assertThat(text).startsWith(expected)));
    }

    @Test
    void tellsBeforeTheJobWhatCannotWork() {
        StructType schema = frame("array").schema();
        assertThatThrownBy(() -> stage().setHandleInvalid("keep").transformSchema(schema))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("handleInvalid=keep leaves rows without outputs, and errorCol, which says why, is not set; "
                        + "set errorCol, or choose handleInvalid=skip");
        assertThatThrownBy(() -> keeping().setErrorCol("ID").transformSchema(schema))
                .hasMessage("errorCol: column 'ID' exists already; choose another name or drop that column first");
        assertThatThrownBy(() -> keeping().setErrorCol("output").transformSchema(schema))
                .hasMessage("errorCol: column 'output' exists already; choose another name or drop that column first");
        assertThatThrownBy(() -> stage().setHandleInvalid("ignore"))
                .hasMessageContaining("handleInvalid given invalid value ignore");
        assertThat(keeping().transformSchema(schema).apply("error").dataType()).isEqualTo(DataTypes.StringType);
    }

    @ParameterizedTest
    @CsvSource({
        "array,  NaN",
        "array,  Infinity",
        "array,  -Infinity",
        "vector, NaN",
        "vector, Infinity",
        "vector, -Infinity"
    })
    void checkFiniteLooksAtEveryElement(String form, float wrong) {
        List<Object> tensors = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            float[] values = {0, Float.MAX_VALUE, Float.MIN_VALUE, -0f, 4, 5};
            values[index] = wrong;
            double[] doubles = {0, 1, 2, 3, 4, 5};
            doubles[index] = wrong;
            tensors.add(form.equals("array") ? values : Vectors.dense(doubles));
        }
        assertNotFinite(frame(form, tensors.toArray()), wrong + "", 0, 1, 2, 3, 4, 5);
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT32,  7fc00000, NaN",
        "FLOAT32,  7f800001, NaN",
        "FLOAT32,  7f800000, Infinity",
        "FLOAT32,  ff800000, -Infinity",
        "FLOAT16,  7e00,     NaN",
        "FLOAT16,  7c00,     Infinity",
        "FLOAT16,  fc00,     -Infinity",
        "BFLOAT16, 7fc0,     NaN",
        "BFLOAT16, 7f80,     Infinity",
        "BFLOAT16, ff80,     -Infinity"
    })
    void checkFiniteKnowsTheBitsOfEveryType(DType dtype, String hex, String shown) {
        List<Object> tensors = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            ByteBuffer bytes = ByteBuffer.allocate(6 * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < 6; i++) {
                int bits = i == index
                        ? Integer.parseUnsignedInt(hex, 16)
                        : switch (dtype) { // the largest finite number, negative
                            case FLOAT32 -> 0xff7fffff;
                            case FLOAT16 -> 0xfbff;
                            case BFLOAT16 -> 0xff7f;
                        };
                if (dtype == DType.FLOAT32) {
                    bytes.putInt(bits);
                } else {
                    bytes.putShort((short) bits);
                }
            }
            tensors.add(TensorStruct.of(dtype, bytes.array(), 3, 1, 2));
        }
        assertNotFinite(frame("struct", tensors.toArray()), shown, 0, 1, 2, 3, 4, 5);
    }

    @Test
    void checkFiniteCountsWhatRoundsToInfinityAndSeesSparseVectors() {
        assertNotFinite(frame("vector", Vectors.dense(0, 1, 2, 1e39, 4, 5)), "Infinity", 3);
        assertNotFinite(frame("vector", Vectors.sparse(6, new int[] {1, 4}, new double[] {1, Double.NaN})), "NaN", 4);
    }

    /** Each row's element of that index is the first that is not finite. */
    private static void assertNotFinite(Dataset<Row> frame, String shown, Integer... indices) {
        assertThat(keeping().setCheckFinite(true).transform(frame).collectAsList())
                .extracting(row -> row.<@Nullable String>getAs("error"))
                .isEqualTo(Arrays.stream(indices)
                        .map(index -> "column x: element " + index + " is " + shown
                                + ", but checkFinite asks for finite values")
                        .toList());
        assertThat(keeping().transform(frame).collectAsList())
                .as("computed unless asked")
                .allMatch(row -> row.isNullAt(row.fieldIndex("error")));
    }

    @Test
    void sparseVectorsAreComputedAsTheDenseOnes() {
        List<Row> rows = stage().transform(frame(
                        "vector",
                        Vectors.sparse(6, new int[] {1, 4}, new double[] {1.25, -3}),
                        Vectors.dense(0, 1.25, 0, 0, -3, 0)))
                .collectAsList();
        assertThat(floats(rows.get(0).getAs("output")))
                .isEqualTo(floats(rows.get(1).getAs("output")));
        assertThat(rows.get(0).<Object>getAs("x")).isInstanceOf(org.apache.spark.ml.linalg.SparseVector.class);
    }

    @Test
    void messagesStayShortHoweverLongTheNonsense() {
        StructType loose = new StructType()
                .add("shape", DataTypes.createArrayType(DataTypes.IntegerType))
                .add("dtype", "string")
                .add("data", "binary");
        StructType schema = new StructType().add("x", loose);
        int[] ones = new int[100_000];
        Arrays.fill(ones, 1);
        Dataset<Row> frame = LocalSpark.SESSION.createDataFrame(
                List.of(
                        RowFactory.create(RowFactory.create(ones, "float32", new byte[4])),
                        RowFactory.create(RowFactory.create(new int[] {1}, "f".repeat(100_000), new byte[4]))),
                schema);
        assertThat(keeping().transform(frame).select("error").collectAsList())
                .extracting(row -> row.getString(0))
                .containsExactly(
                        "column x: the tensor's shape must have at most 32 numbers, but has 100000",
                        "column x: dtype must be one of float32, float16, bfloat16, but is '" + "f".repeat(32)
                                + "...'");
    }

    private static List<String> causes(Throwable thrown) {
        List<String> messages = new ArrayList<>();
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            messages.add(String.valueOf(t.getMessage()));
        }
        return messages;
    }
}
