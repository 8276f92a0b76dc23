package io.sparkhood.ml;

import static io.sparkhood.ml.AttentionFrames.assertRows;
import static io.sparkhood.ml.AttentionFrames.floats;
import static io.sparkhood.ml.AttentionFrames.frame;
import static io.sparkhood.ml.AttentionFrames.plain;
import static io.sparkhood.ml.AttentionFrames.reference;
import static io.sparkhood.ml.AttentionFrames.small;
import static io.sparkhood.ml.AttentionFrames.structs;
import static io.sparkhood.ml.AttentionFrames.type;
import static io.sparkhood.ml.AttentionFrames.value;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.column.TensorStruct;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forms, sizes and neighbours of tensor columns. */
class NeighborhoodAttentionColumnsTest {
    @ParameterizedTest
    @CsvSource({
        "array,array,array", "struct,struct,struct", "vector,vector,vector",
        "array,struct,vector", "struct,vector,array", "vector,array,struct"
    })
    void formsMixFreely(String query, String key, String value) {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(5, 6)
                .heads(4)
                .keyValueHeads(2)
                .headDim(3)
                .valueDim(5)
                .kernelSize(3)
                .logSumExp(true)
                .build();
        Example example = Example.random(new NamedCase("forms", operator, 7));
        Dataset<Row> result = plain().setKernelSize(3)
                .setFeatureMap(5, 6)
                .setHeads(4)
                .setKeyValueHeads(2)
                .setLogSumExpCol("lse")
                .transform(frame(example, query, key, value));
        assertRows(result, example);
        Row row = result.first();
        if (query.equals("struct")) {
            assertThat(TensorStruct.shape(row.getAs("output"))).containsExactly(5, 6, 4, 5);
            assertThat(TensorStruct.shape(row.getAs("lse"))).containsExactly(5, 6, 4);
        }
        assertThat(result.columns()).containsExactly("id", "q", "k", "v", "output", "lse");
        assertThat(floats(row.getAs("q"))).isEqualTo(example.row(0).input("query"));
        assertThat(floats(row.getAs("k"))).isEqualTo(example.row(0).input("key"));
        assertThat(floats(row.getAs("v"))).isEqualTo(example.row(0).input("value"));
    }

    @Test
    void mapsOfManySizesAndRanksShareAColumn() {
        List<NeighborhoodAttentionOperator> operators = new ArrayList<>();
        for (int i = 0; i < 40; i++) { // more shapes than a task keeps plans for
            operators.add(small(3 + i % 20, 3 + i % 7).heads(1 + i % 3).build());
        }
        for (int maxBatchBytes : new int[] {1, 5_000, 1 << 26}) {
            List<Row> rows = new ArrayList<>();
            List<Example> examples = new ArrayList<>();
            for (int i = 0; i < 120; i++) {
                Example example = Example.random(new NamedCase("size " + i, operators.get(i * 7 % 40), 1));
                examples.add(example);
                Object[] values = {i, null, null, null};
                for (int port = 0; port < 3; port++) {
                    Port p = example.operator().inputs().get(port);
                    values[port + 1] = value(example.input(p.name()), p, "struct");
                }
                rows.add(RowFactory.create(values));
            }
            Dataset<Row> frame =
                    LocalSpark.SESSION.createDataFrame(rows, structs()).coalesce(1);
            List<Row> result = plain().setKernelSize(3)
                    .setMaxBatchBytes(maxBatchBytes)
                    .transform(frame)
                    .collectAsList();
            for (int i = 0; i < 120; i++) {
                assertThat(result.get(i).<Integer>getAs("id")).isEqualTo(i);
                assertThat(floats(result.get(i).getAs("output")))
                        .isEqualTo(reference(examples.get(i)).get("output"));
            }
        }
    }

    @Test
    void emptyFramesAndEmptyPartitions() {
        Example example = Example.random(new NamedCase("empty", small(4, 5).build(), 3));
        NeighborhoodAttention stage =
                plain().setKernelSize(3).setFeatureMap(4, 5).setHeads(2);
        Dataset<Row> frame = frame(example, "array", "array", "array");
        assertThat(stage.transform(frame.limit(0)).collectAsList()).isEmpty();
        assertThat(stage.transform(frame.filter(col("id").lt(0))).collectAsList())
                .isEmpty();
        assertRows(stage.transform(frame.repartition(16, col("id"))).orderBy("id"), example);
    }

    @Test
    void otherColumnsPassUntouched() {
        Example example = Example.random(new NamedCase("others", small(4).build(), 4));
        Dataset<Row> frame = frame(example, "array", "struct", "array")
                .selectExpr(
                        "id",
                        "q",
                        "concat('row ', id) as `a.b`",
                        "k",
                        "cast(null as string) as nothing",
                        "array(id, null) as `ti``ck`",
                        "named_struct('x', cast(id as decimal(20,3)), 'y', map('k', id)) as nested",
                        "cast('1500-01-01' as date) as day",
                        "cast('1582-10-10' as date) as skipped_by_java",
                        "date_from_unix_date(-2147483648) as first_day",
                        "cast('1582-10-10 01:02:03' as timestamp) as moment_skipped_by_java",
                        "timestamp_micros(-9223372036854775808) as first_moment",
                        "cast(unhex('FF41') as string) as not_utf8",
                        "cast('1500-01-01 01:02:03.456789' as timestamp) as moment",
                        "cast('2020-01-01 01:02:03.456789' as timestamp_ntz) as local",
                        "binary(concat('b', id)) as bytes",
                        "interval 3 days 2 hours as span",
                        "v",
                        "id as id2");
        Dataset<Row> result =
                plain().setKernelSize(3).setFeatureMap(4).setHeads(2).transform(frame);
        assertThat(result.drop("output").columns()).isEqualTo(frame.columns());
        assertThat(result.selectExpr(
                                "unix_date(skipped_by_java)",
                                "unix_date(first_day)",
                                "unix_micros(moment_skipped_by_java)",
                                "unix_micros(first_moment)",
                                "hex(cast(not_utf8 as binary))")
                        .first()
                        .toString())
                .isEqualTo("[-141432,-2147483648,-12219721077000000,-9223372036854775808,FF41]");
        frame = frame.drop("first_day", "first_moment", "not_utf8"); // beyond what JSON can say
        result = result.drop("first_day", "first_moment", "not_utf8");
        assertThat(result.drop("output", "q", "k", "v")
                        .selectExpr("to_json(struct(*)) as all", "nested.y['k'] as y")
                        .collectAsList()
                        .toString())
                .isEqualTo(frame.drop("q", "k", "v")
                        .selectExpr("to_json(struct(*)) as all", "nested.y['k'] as y")
                        .collectAsList()
                        .toString());
        for (int i = 0; i < frame.columns().length; i++) {
            assertThat(result.schema().fields()[i].dataType())
                    .isEqualTo(frame.schema().fields()[i].dataType());
        }
        assertRows(result, example);
    }

    @Test
    void columnsOfOneNameAndMetadataPass() {
        Example example = Example.random(new NamedCase("twins", small(4).build(), 2));
        Dataset<Row> frame = frame(example, "array", "array", "array");
        Metadata metadata = new MetadataBuilder().putString("unit", "mm").build();
        Dataset<Row> twins = frame.select(
                col("id"),
                col("id").plus(5).as("x", metadata),
                col("id").plus(7).as("x"),
                col("q"),
                col("k"),
                col("v"));
        Dataset<Row> result =
                plain().setKernelSize(3).setFeatureMap(4).setHeads(2).transform(twins);
        assertThat(result.columns()).containsExactly("id", "x", "x", "q", "k", "v", "output");
        assertThat(result.schema().fields()[1].metadata().getString("unit")).isEqualTo("mm");
        assertThat(result.collectAsList().get(1).getInt(2)).isEqualTo(8);
    }

    @Test
    void inputsCanBeDroppedAndReplaced() {
        Example example = Example.random(new NamedCase("dropped", small(4).build(), 3));
        Dataset<Row> result = plain().setKernelSize(3)
                .setFeatureMap(4)
                .setHeads(2)
                .setKeepInputCols(false)
                .setOutputCol("q")
                .transform(frame(example, "array", "struct", "vector"));
        assertThat(result.columns()).containsExactly("id", "q");
        assertThat(floats(result.first().getAs("q")))
                .isEqualTo(reference(example.row(0)).get("output"));
        Dataset<Row> alone = plain().setKernelSize(3)
                .setFeatureMap(4)
                .setHeads(2)
                .setKeepInputCols(false)
                .transform(frame(example, "array", "array", "array").drop("id"));
        assertThat(alone.columns()).containsExactly("output");
        assertThat(alone.count()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"array", "struct", "vector"})
    void oneColumnCanBeQueryKeyAndValue(String form) {
        Example example = Example.random(new NamedCase("self", small(4, 4).build(), 3));
        Dataset<Row> result = plain().setKeyCol("q")
                .setValueCol("q")
                .setKernelSize(3)
                .setFeatureMap(4, 4)
                .setHeads(2)
                .transform(frame(example, form, "array", "array").drop("k", "v"));
        assertThat(result.columns()).containsExactly("id", "q", "output");
        float[] query = example.row(1).input("query");
        Example self = new Example(
                example.operator(), 1, Map.of("query", query, "key", query, "value", query), example.parameters());
        assertThat(floats(result.collectAsList().get(1).getAs("output")))
                .isEqualTo(reference(self).get("output"));
    }

    @ParameterizedTest
    @CsvSource({"array", "struct", "vector"})
    void additionalTokensMayDifferByRow(String form) {
        List<Row> rows = new ArrayList<>();
        List<Example> examples = new ArrayList<>();
        StructType schema = new StructType().add("id", DataTypes.IntegerType);
        for (String name : List.of("q", "k", "v", "ak", "av")) {
            schema = schema.add(name, type(form));
        }
        for (int n : new int[] {3, 0, 1, 3, 0}) {
            Example example = Example.random(new NamedCase(
                    "n = " + n, small(5).valueDim(6).additionalTokens(n).build(), 1));
            examples.add(example);
            Object[] values = {rows.size(), null, null, null, null, null};
            List<Port> ports = small(5).valueDim(6)
                    .additionalTokens(Math.max(1, n))
                    .build()
                    .inputs();
            for (int i = 0; i < 5; i++) {
                Port port = ports.get(i);
                boolean none = i > 2 && n == 0;
                Port real = none ? new Port(port.name(), port.dtype(), List.of(0, 2, i == 3 ? 4 : 6), 1, false) : port;
                values[i + 1] = value(none ? new float[0] : example.input(port.name()), real, form);
            }
            rows.add(RowFactory.create(values));
        }
        List<Row> result = plain().setAdditionalKeyCol("ak")
                .setAdditionalValueCol("av")
                .setKernelSize(3)
                .setFeatureMap(5)
                .setHeads(2)
                .transform(LocalSpark.SESSION.createDataFrame(rows, schema).coalesce(1))
                .collectAsList();
        for (int i = 0; i < 5; i++) {
            assertThat(floats(result.get(i).getAs("output")))
                    .isEqualTo(reference(examples.get(i)).get("output"));
        }
    }

    @Test
    void relativePositionBiasAndScaleReachTheOperator() {
        Example example = Example.random(new NamedCase(
                "bias",
                small(5, 4).kernelSize(3, 2).scale(0).relativePositionBias(true).build(),
                2));
        float[] flat =
                example.parameters().require(example.operator().parameters().get(0));
        double[][] bias = new double[2][15];
        for (int i = 0; i < 30; i++) {
            bias[i / 15][i % 15] = flat[i];
        }
        assertRows(
                plain().setKernelSize(3, 2)
                        .setScale(0)
                        .setRelativePositionBias(bias)
                        .transform(frame(example, "struct", "struct", "struct")),
                example);
    }

    @Test
    void halfPrecisionStructsComeBackInTheirType() {
        for (DType dtype : DType.values()) {
            Example example = Example.random(new NamedCase("half", small(4).build(), 1).with(dtype));
            Object[] values = {0, null, null, null};
            for (int i = 0; i < 3; i++) {
                Port port = example.operator().inputs().get(i);
                float[] floats = example.input(port.name());
                ByteBuffer bytes =
                        ByteBuffer.allocate(floats.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                for (float f : floats) {
                    if (dtype.bytes() == 4) {
                        bytes.putFloat(f);
                    } else {
                        bytes.putShort(dtype.narrow(f));
                    }
                }
                values[i + 1] = TensorStruct.of(dtype, bytes.array(), 4, 2, 4);
            }
            Row result = plain().setKernelSize(3)
                    .setLogSumExpCol("lse")
                    .transform(LocalSpark.SESSION.createDataFrame(List.of(RowFactory.create(values)), structs()))
                    .first();
            assertThat(result.getStruct(4).getString(1)).isEqualTo(dtype.toString());
            assertThat(result.getStruct(5).getString(1)).isEqualTo("float32");
            assertThat(floats(result.get(4))).isEqualTo(reference(example).get("output"));
        }
    }

    @Test
    void runTimesAreOfTheRun() {
        long before = System.currentTimeMillis() * 1_000_000 - 1_000_000;
        Example example = Example.random(new NamedCase("time", small(8, 8).build(), 2));
        Row row = plain().setKernelSize(3)
                .setRunTimeCol("run")
                .transform(frame(example, "struct", "struct", "struct"))
                .first();
        Row run = row.getAs("run");
        assertThat(run.getLong(0)).isBetween(before, run.getLong(1));
        assertThat(run.getLong(1)).isLessThanOrEqualTo(System.currentTimeMillis() * 1_000_000 + 1_000_000);
    }
}
