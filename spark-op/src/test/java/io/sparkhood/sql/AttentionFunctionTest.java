package io.sparkhood.sql;

import static io.sparkhood.ml.AttentionFrames.floats;
import static io.sparkhood.ml.AttentionFrames.frame;
import static io.sparkhood.sql.SqlSession.SESSION;
import static io.sparkhood.sql.SqlSession.row;
import static io.sparkhood.sql.SqlSession.view;
import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.column.TensorStruct;
import io.sparkhood.ml.NeighborhoodAttention;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The function computes what the stage computes, bit for bit, in every way that Spark evaluates it. */
class AttentionFunctionTest {
    private static final String FLAT = "map('feature_map', '5,6', 'heads', '2')";

    @BeforeEach
    void register() {
        SparkhoodCatalog.register(SESSION);
    }

    @AfterEach
    void nothingStaysOpen() {
        assertThat(TaskRows.openTasks()).isZero();
    }

    private static Example example(String name, int batch) {
        return Example.random(new NamedCase(
                name,
                NeighborhoodAttentionOperator.on(5, 6)
                        .heads(2)
                        .headDim(8)
                        .kernelSize(3)
                        .build(),
                batch));
    }

    private static NeighborhoodAttention stage() {
        return new NeighborhoodAttention().setQueryCol("q").setKeyCol("k").setValueCol("v");
    }

    /** Queries a view maps of columns id, q, k, v and holds the results against the stage's. */
    private static void agree(NeighborhoodAttention stage, Dataset<Row> maps, String call) {
        view("maps", maps);
        Dataset<Row> expected = stage.transform(maps).select("id", "output").orderBy("id");
        Dataset<Row> actual = SESSION.sql("select id, " + call + " as output from maps order by id");
        assertThat(actual.schema().apply("output").dataType())
                .isEqualTo(expected.schema().apply("output").dataType());
        List<Row> rows = actual.collectAsList();
        List<Row> wanted = expected.collectAsList();
        assertThat(rows).hasSameSizeAs(wanted);
        for (int i = 0; i < rows.size(); i++) {
            same(rows.get(i).get(1), wanted.get(i).get(1));
        }
    }

    private static void same(Object actual, Object expected) {
        assertThat(floats(actual)).isEqualTo(floats(expected));
        if (expected instanceof Row tensor) {
            Row struct = (Row) actual;
            assertThat(struct.getString(1)).isEqualTo(tensor.getString(1));
            assertThat(TensorStruct.shape(struct)).isEqualTo(TensorStruct.shape(tensor));
            assertThat(struct.<byte[]>getAs(2)).isEqualTo(tensor.<byte[]>getAs(2));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "array,array,array",
        "struct,struct,struct",
        "array,struct,array",
        "struct,array,struct",
        "struct,array,array",
        "array,array,struct"
    })
    void everyMixtureOfForms(String query, String key, String value) {
        NeighborhoodAttention stage =
                stage().setKernelSize(3).setFeatureMap(5, 6).setHeads(2);
        Dataset<Row> maps = frame(example("forms", 5), query, key, value);
        agree(stage, maps, "sparkhood.neighborhood_attention(q, k, v, 3, " + FLAT + ")");
        agree(stage, maps, "sparkhood.neighborhood_attention(q, k, v, array(3), " + FLAT + ")");
        if (query.equals("struct")) {
            agree(stage, maps, "sparkhood.neighborhood_attention(q, k, v, 3)");
            agree(stage, maps, "sparkhood.neighborhood_attention(q, k, v, array(3, 3))");
        }
    }

    @ParameterizedTest
    @CsvSource({"cpu, naive", "reference, auto"})
    void everyOption(String backend, String implementation) {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(9, 11)
                .heads(4)
                .keyValueHeads(2)
                .headDim(8)
                .valueDim(6)
                .kernelSize(3, 4)
                .build();
        double[][] bias = new double[4][5 * 7];
        StringBuilder text = new StringBuilder();
        for (int head = 0; head < 4; head++) {
            for (int i = 0; i < 35; i++) {
                bias[head][i] = Math.sin(head + 0.1 * i);
                text.append(i > 0 ? ", " : head > 0 ? " ; " : "").append(bias[head][i]);
            }
        }
        NeighborhoodAttention stage = stage().setBackend(backend)
                .setImplementation(implementation)
                .setBackendThreads(2)
                .setScratchBytes(100_000)
                .setDeviceMemoryBytes(1_000_000)
                .setFeatureMap(9, 11)
                .setHeads(4)
                .setKeyValueHeads(2)
                .setKernelSize(3, 4)
                .setStride(2, 1)
                .setDilation(1, 2)
                .setCausalAxes(1)
                .setScale(0.4)
                .setRelativePositionBias(bias);
        String options = "map('backend', '" + backend + "', 'implementation', '"
                + implementation + "', 'backend_threads', '2', 'scratch_bytes', '100000', "
                + "'device_memory_bytes', '1000000', 'feature_map', '9,11', 'heads', '4', 'key_value_heads', '2', "
                + "'stride', '2,1', 'dilation', '1, 2', 'causal_axes', '1', 'scale', '0.4', "
                + "'relative_position_bias', '" + text + "')";
        for (String form : List.of("array", "struct")) {
            Dataset<Row> maps = frame(Example.random(new NamedCase("options", operator, 3)), form, form, form);
            agree(stage, maps, "sparkhood.neighborhood_attention(q, k, v, array(3, 4), " + options + ")");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"float32", "float16", "bfloat16"})
    void everyDtypeWithFieldsInAnyOrder(String name) {
        DType dtype = DType.of(name);
        Example example =
                Example.random(new NamedCase("dtypes", example("dtypes", 3).operator(), 3).with(dtype));
        StructType type = new StructType()
                .add("data", DataTypes.BinaryType)
                .add("shape", DataTypes.createArrayType(DataTypes.IntegerType))
                .add("dtype", DataTypes.StringType);
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < 3; row++) {
            Object[] values = {row, null, null, null};
            for (int i = 0; i < 3; i++) {
                Port port = example.operator().inputs().get(i);
                float[] floats = example.row(row).input(port.name());
                ByteBuffer bytes =
                        ByteBuffer.allocate(floats.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                for (float f : floats) {
                    if (dtype == DType.FLOAT32) {
                        bytes.putFloat(f);
                    } else {
                        bytes.putShort(dtype.narrow(f));
                    }
                }
                values[i + 1] = RowFactory.create(bytes.array(), new int[] {5, 6, 2, 8}, name);
            }
            rows.add(RowFactory.create(values));
        }
        StructType schema = new StructType()
                .add("id", DataTypes.IntegerType)
                .add("q", type)
                .add("k", type)
                .add("v", type);
        agree(
                stage().setKernelSize(3),
                SESSION.createDataFrame(rows, schema),
                "sparkhood.neighborhood_attention(q, k, v, 3)");
    }

    @ParameterizedTest
    @CsvSource({"true, CODEGEN_ONLY", "false, CODEGEN_ONLY", "false, NO_CODEGEN"})
    void generatedOrInterpreted(String wholeStage, String factoryMode) {
        SESSION.conf().set("spark.sql.codegen.wholeStage", wholeStage);
        SESSION.conf().set("spark.sql.codegen.factoryMode", factoryMode);
        try {
            for (String form : List.of("array", "struct")) {
                NeighborhoodAttention stage =
                        stage().setKernelSize(3).setFeatureMap(5, 6).setHeads(2);
                Dataset<Row> maps = frame(example("codegen", 4), form, form, form);
                agree(stage, maps, "sparkhood.neighborhood_attention(q, k, v, 3, " + FLAT + ")");
                agree(stage, maps, "sparkhood.neighborhood_attention(q, k, v, array(3, 3), " + FLAT + ")");
                Row none = row("select sparkhood.neighborhood_attention(q, if(id < 0, k, null), v, 3, " + FLAT
                        + ") from maps");
                assertThat(none.isNullAt(0)).isTrue();
            }
        } finally {
            SESSION.conf().unset("spark.sql.codegen.wholeStage");
            SESSION.conf().unset("spark.sql.codegen.factoryMode");
        }
    }

    @Test
    void oneFormIsCalledFromGeneratedCodeAndAMixtureIsNot() {
        view("maps", frame(example("plan", 1), "array", "array", "array"));
        assertThat(plan("q, k, v")).contains("Project [invoke(").doesNotContain("applyfunctionexpression");
        assertThat(plan("q, sparkhood.tensor(k, array(5, 6, 2, 8)), v")).contains("applyfunctionexpression(");
    }

    private static String plan(String tensors) {
        return row("explain select sparkhood.neighborhood_attention(" + tensors + ", 3, " + FLAT + ") from maps")
                .getString(0);
    }

    @Test
    void tablesOnDiskLiteralsAndLocalRows(@TempDir Path directory) {
        Dataset<Row> maps = frame(example("parquet", 6), "array", "array", "array");
        String parquet = directory.resolve("maps").toString();
        maps.write().parquet(parquet);
        NeighborhoodAttention stage =
                stage().setKernelSize(3).setFeatureMap(5, 6).setHeads(2);
        agree(stage, SESSION.read().parquet(parquet), "sparkhood.neighborhood_attention(q, k, v, 3, " + FLAT + ")");
        maps.createOrReplaceTempView("local_maps"); // computed on the driver, where there is no task
        List<Row> local = SESSION.sql(
                        "select sparkhood.neighborhood_attention(q, k, v, 3, " + FLAT + ") from local_maps order by id")
                .collectAsList();
        List<Row> expected = stage.transform(maps).orderBy("id").collectAsList();
        for (int i = 0; i < 6; i++) {
            same(local.get(i).get(0), expected.get(i).getAs("output"));
        }
        String constant = "select sparkhood.neighborhood_attention(array(1f, 2f, 3f), array(1f, 0f, -1f), "
                + "array(1f, cast(2 as float), 4f), 3, map('feature_map', '3', 'heads', '1', 'scale', '0', 'backend', 'reference'))";
        assertThat(floats(row(constant).get(0))).containsExactly(7f / 3, 7f / 3, 7f / 3);
    }

    @Test
    void anyNullArgumentGivesNull() {
        for (String form : List.of("array", "struct")) {
            view("maps", frame(example("nulls", 2), form, form, form));
            String none = "if(id < 0, %s, null)";
            for (String call : List.of(
                    "null, k, v, 3, " + FLAT,
                    "q, null, v, 3, " + FLAT,
                    none.formatted("q") + ", k, v, 3, " + FLAT,
                    "q, k, " + none.formatted("v") + ", array(3, 3), " + FLAT,
                    "q, k, v, null, " + FLAT,
                    "q, k, v, " + none.formatted("3") + ", " + FLAT,
                    "q, k, v, " + none.formatted("array(3, 3)") + ", " + FLAT,
                    "q, k, v, 3, null",
                    "q, k, v, 3, " + none.formatted(FLAT),
                    "q, " + none.formatted("k") + ", sparkhood.tensor(array(1f), array(1)), 3, " + FLAT)) {
                Row row = row("select sparkhood.neighborhood_attention(" + call + ") from maps");
                assertThat(row.isNullAt(0)).as(call).isTrue();
            }
        }
        assertThat(row("select sparkhood.neighborhood_attention(null, null, null, null)")
                        .isNullAt(0))
                .isTrue();
    }

    @Test
    void sizesAndSettingsMayDifferFromRowToRow() {
        List<Row> maps = new ArrayList<>();
        for (int i = 0; i < 12; i++) { // more kernel sizes than a task keeps calls for
            NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(12 + i)
                    .heads(1)
                    .headDim(4)
                    .kernelSize(1)
                    .build();
            Row row = frame(Example.random(new NamedCase("size " + i, operator, 1)), "struct", "struct", "struct")
                    .first();
            maps.add(RowFactory.create(i, row.get(1), row.get(2), row.get(3)));
        }
        StructType schema =
                frame(example("schema", 1), "struct", "struct", "struct").schema();
        Dataset<Row> all = SESSION.createDataFrame(maps, schema);
        view("maps", all);
        List<Row> rows = SESSION.sql("select id, q, k, v, sparkhood.neighborhood_attention(q, k, v, 1 + id) as output "
                        + "from maps order by id")
                .collectAsList();
        assertThat(rows).hasSize(12);
        for (Row row : rows) {
            Dataset<Row> alone = all.where(col("id").equalTo(row.getInt(0)));
            Row expected =
                    stage().setKernelSize(1 + row.getInt(0)).transform(alone).first();
            same(row.getAs("output"), expected.getAs("output"));
        }
    }

    @Test
    void theJavaMethodsAreTheFunctions() {
        Dataset<Row> maps = frame(example("java", 4), "array", "array", "array").repartition(2);
        NeighborhoodAttention stage =
                stage().setKernelSize(3, 2).setFeatureMap(5, 6).setHeads(2).setScale(0.5);
        List<Row> expected = stage.transform(maps).orderBy("id").collectAsList();
        List<Row> arrays = maps.withColumn(
                        "o",
                        SparkhoodFunctions.neighborhoodAttention(
                                col("q"),
                                col("k"),
                                col("v"),
                                new int[] {3, 2},
                                Map.of("feature_map", "5,6", "heads", "2", "scale", "0.5")))
                .orderBy("id")
                .collectAsList();
        List<Row> structs = maps.select(
                        col("id"),
                        SparkhoodFunctions.tensorData(SparkhoodFunctions.neighborhoodAttention(
                                SparkhoodFunctions.tensor(col("q"), 5, 6, 2, 8),
                                SparkhoodFunctions.tensor(col("k"), 5, 6, 2, 8),
                                SparkhoodFunctions.tensor(col("v"), 5, 6, 2, 8),
                                3)))
                .orderBy("id")
                .collectAsList();
        List<Row> square = stage().setKernelSize(3)
                .setFeatureMap(5, 6)
                .setHeads(2)
                .transform(maps)
                .orderBy("id")
                .collectAsList();
        for (int i = 0; i < 4; i++) {
            same(arrays.get(i).getAs("o"), expected.get(i).getAs("output"));
            same(structs.get(i).get(1), square.get(i).getAs("output"));
        }
        assertThat(maps.select(call_function(
                                "sparkhood.neighborhood_attention", col("q"), col("k"), col("v"), col("id"), map()))
                        .schema()
                        .apply(0)
                        .dataType()
                        .catalogString())
                .isEqualTo("array<float>");
    }

    @Test
    void whatIsNotAskedForIsNotComputed() {
        view("maps", frame(example("pruned", 3), "struct", "struct", "struct"));
        SESSION.sql("select id, sparkhood.neighborhood_attention(q, k, v, 999) as output from maps")
                .createOrReplaceTempView("attended");
        assertThat(SESSION.sql("select id from attended").collectAsList()).hasSize(3);
        assertThat(SESSION.sql("select count(*) from attended").first().getLong(0))
                .isEqualTo(3);
        SqlSession.refused(
                "select output from attended",
                "neighborhood_attention: column query: kernelSize × dilation must not exceed the feature map: on axis 0, "
                        + "999 × 1 = 999 > 5 (featureMap=[5, 6], kernelSize=[999, 999], dilation=[1, 1]); choose a smaller "
                        + "kernelSize or dilation on that axis");
    }

    @Test
    void manyQueriesAtOnce() throws Exception {
        Dataset<Row> maps = frame(example("threads", 40), "struct", "struct", "struct");
        List<Row> expected =
                stage().setKernelSize(3).transform(maps).orderBy("id").collectAsList();
        maps.repartition(8).createOrReplaceTempView("maps");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<List<Row>>> queries = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String options = i % 2 == 0 ? "" : ", map('backend_threads', '2')";
                queries.add(() -> SESSION.sql("select id, sparkhood.neighborhood_attention(q, k, v, 3" + options
                                + ") from maps order by id")
                        .collectAsList());
            }
            for (Future<List<Row>> query : threads.invokeAll(queries)) {
                for (int i = 0; i < 40; i++) {
                    same(query.get().get(i).get(1), expected.get(i).getAs("output"));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
