package io.sparkhood.ml;

import static io.sparkhood.ml.AttentionFrames.FLOATS;
import static io.sparkhood.ml.AttentionFrames.copy;
import static io.sparkhood.ml.AttentionFrames.frame;
import static io.sparkhood.ml.AttentionFrames.plain;
import static io.sparkhood.ml.AttentionFrames.structs;
import static io.sparkhood.ml.AttentionFrames.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.operator.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the stage says, word for word, before a job and in one. */
class NeighborhoodAttentionErrorsTest {
    @Test
    void tellsBeforeTheJobWhatCannotWork() {
        StructType schema = new StructType()
                .add("q", FLOATS)
                .add("k", TensorStruct.SCHEMA)
                .add("v", FLOATS)
                .add("doubles", DataTypes.createArrayType(DataTypes.DoubleType))
                .add(
                        "bad",
                        new StructType()
                                .add("shape", FLOATS)
                                .add("dtype", "string")
                                .add("data", "binary"));
        refused(schema, plain(), "kernelSize is required: set the keys that a query sees on each axis");
        refused(
                schema,
                plain().setKernelSize(3),
                "featureMap is required: column 'q' is array<float>, which carries no shape");
        refused(
                schema,
                plain().setKernelSize(3).setFeatureMap(8, 8),
                "heads is required: column 'q' is array<float>, which carries no shape");
        NeighborhoodAttention stage =
                plain().setKernelSize(3).setFeatureMap(8, 8).setHeads(4);
        assertThat(stage.transformSchema(schema).fieldNames()).contains("output");
        refused(
                schema,
                copy(stage).setQueryCol("x"),
                "queryCol: there is no column 'x'; the columns are q, k, v, doubles, bad");
        refused(
                schema,
                copy(stage).setKeyCol("doubles"),
                "keyCol: column 'doubles' is array<double>, but a tensor column is array<float>, "
                        + "struct<shape: array<int>, dtype: string, data: binary> or vector; cast or convert it first");
        refused(
                schema,
                copy(stage).setValueCol("bad"),
                "valueCol: column 'bad' is struct<shape:array<float>,dtype:string,data:binary>, but a tensor column is "
                        + "array<float>, struct<shape: array<int>, dtype: string, data: binary> or vector; cast or convert "
                        + "it first");
        refused(
                schema,
                copy(stage).setOutputCol("v"),
                "outputCol: column 'v' exists already; choose another name or drop that column first");
        refused(
                schema,
                copy(stage).setOutputCol("V"), // Spark does not tell V from v
                "outputCol: column 'V' exists already; choose another name or drop that column first");
        refused(schema.add("q", FLOATS), stage, "queryCol: there is more than one column 'q'; rename all but one");
        refused(
                schema,
                copy(stage).setLogSumExpCol("output"),
                "logSumExpCol: column 'output' exists already; choose another name or drop that column first");
        refused(
                schema,
                copy(stage).setAdditionalKeyCol("k"),
                "additionalKeyCol and additionalValueCol belong together: set both or none");
        refused(
                schema,
                copy(stage).setDilation(3),
                "kernelSize × dilation must not exceed the feature map: on axis 0, 3 × 3 = 9 > 8 (featureMap=[8, 8], "
                        + "kernelSize=[3, 3], dilation=[3, 3]); choose a smaller kernelSize or dilation on that axis");
        refused(
                schema,
                copy(stage).setKeyValueHeads(3),
                "keyValueHeads must divide heads: 4 % 3 = 1 (heads=4, keyValueHeads=3)");
        refused(
                schema,
                copy(stage).setCausalAxes(2),
                "causalAxes must name axes of the feature map, 0 to 1, but names 2 (causalAxes=[2], featureMap=[8, 8])");
        refused(
                schema,
                copy(stage).setRelativePositionBias(new double[3][25]),
                "relativePositionBias must have one row per head, 4, but has 3");
        refused(
                schema,
                copy(stage).setRelativePositionBias(new double[4][24]),
                "relativePositionBias must have 25 values per head, the product of 2 kernelSize - 1, but row 0 has 24 "
                        + "(kernelSize=[3])");
        // without a feature map, what the params say among themselves
        refused(
                schema,
                plain().setQueryCol("k").setKernelSize(3, 3).setStride(4),
                "stride must not exceed kernelSize: on axis 0, 4 > 3 (stride=[4, 4], kernelSize=[3, 3]); a larger stride "
                        + "would leave keys that no query sees");
        refused(
                schema,
                plain().setQueryCol("k").setKernelSize(3, 3).setStride(1, 1, 1),
                "stride must have one value per axis: 3 values for 2 axes (stride=[1, 1, 1], kernelSize=[3, 3])");
    }

    private static void refused(StructType schema, NeighborhoodAttention stage, String message) {
        assertThatThrownBy(() -> stage.transformSchema(schema))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void paramsRefuseSingleValues() {
        assertThatThrownBy(() -> plain().setKernelSize(3, 0))
                .hasMessageContaining("kernelSize given invalid value [3,0]");
        assertThatThrownBy(() -> plain().setKernelSize(3, 3, 3, 3))
                .hasMessageContaining("kernelSize given invalid value");
        assertThatThrownBy(() -> plain().setHeads(0)).hasMessageContaining("heads given invalid value 0");
        assertThatThrownBy(() -> plain().setScale(Double.NaN)).hasMessageContaining("scale given invalid value NaN");
        assertThatThrownBy(() -> plain().setCausalAxes(1, 1))
                .hasMessageContaining("causalAxes given invalid value [1,1]");
        assertThatThrownBy(() -> plain().setMaxBatchBytes(0))
                .hasMessageContaining("maxBatchBytes given invalid value 0");
        assertThatThrownBy(() -> plain().setDeviceMemoryBytes(-1))
                .hasMessageContaining("deviceMemoryBytes given invalid value -1");
        assertThatThrownBy(() -> plain().setScratchBytes(0)).hasMessageContaining("scratchBytes given invalid value 0");
        assertThatThrownBy(() -> plain().setBackend("")).hasMessageContaining("backend given invalid value ");
    }

    @Test
    void aBadRowFailsWithColumnExpectedAndFound() {
        Row good = TensorStruct.of(new float[2 * 3 * 4], 3, 2, 4);
        NeighborhoodAttention stage = plain().setKernelSize(3);
        fails(stage, good, good, null, "column v: the tensor is null");
        fails(
                stage,
                RowFactory.create(new int[] {3, 2, 4}, "float32", null),
                good,
                good,
                "column q: the tensor's data is null");
        fails(
                stage,
                RowFactory.create(new Integer[] {3, null, 4}, "float32", new byte[0]),
                good,
                good,
                "column q: the tensor's shape [3, null, 4] has a null");
        fails(
                stage,
                RowFactory.create(new int[] {3, 2, 4}, "float64", new byte[0]),
                good,
                good,
                "column q: dtype must be one of float32, float16, bfloat16, but is 'float64'");
        fails(
                stage,
                good,
                RowFactory.create(new int[] {3, 2, 4}, "float32", new byte[95]),
                good,
                "column k: data has 95 bytes, but shape [3, 2, 4] of float32 takes 96");
        fails(
                stage,
                good,
                RowFactory.create(new int[] {3, -2, 4}, "float32", new byte[96]),
                good,
                "column k: shape [3, -2, 4] has a negative extent");
        fails(
                stage,
                good,
                RowFactory.create(new int[] {2147483647, 2147483647, 2147483647}, "float32", new byte[96]),
                good,
                "column k: shape [2147483647, 2147483647, 2147483647] has more elements than a 64-bit number counts");
        fails(
                stage,
                TensorStruct.of(new float[8], 2, 4),
                good,
                good,
                "column q: shape must be [*featureMap, heads, headDim], 3 to 5 numbers, but is [2, 4]");
        fails(
                stage,
                TensorStruct.of(new float[0], 3, 0, 4),
                good,
                good,
                "column q: every extent must be at least 1, but the shape is [3, 0, 4]");
        fails(
                stage,
                good,
                TensorStruct.of(new float[32], 4, 2, 4),
                good,
                "column k: shape must be [3, 2, 4], but is [4, 2, 4]");
        fails(
                stage,
                good,
                good,
                TensorStruct.of(new float[12], 3, 1, 4),
                "column v: shape must be [3, 2, 4], but is [3, 1, 4]");
        fails(
                stage,
                good,
                good,
                TensorStruct.of(DType.FLOAT16, new byte[48], 3, 2, 4),
                "column v: dtype must be that of column q, float32, but is float16; convert one of them");
        fails(
                copy(stage).setFeatureMap(4),
                good,
                good,
                good,
                "column q: featureMap must be [4] as the param says, but is [3]");
        fails(copy(stage).setHeads(1), good, good, good, "column q: heads must be 1 as the param says, but is 2");
        fails(
                copy(stage).setKernelSize(4),
                good,
                good,
                good,
                "column q: kernelSize × dilation must not exceed the feature map: on axis 0, 4 × 1 = 4 > 3 (featureMap=[3], "
                        + "kernelSize=[4], dilation=[1]); choose a smaller kernelSize or dilation on that axis");
        fails(
                copy(stage).setKernelSize(3, 3),
                good,
                good,
                good,
                "column q: the feature map [3] must have as many axes as kernelSize, 2, but has 1 (row 0 of partition 0)");
        fails(
                copy(stage).setRelativePositionBias(new double[1][10]),
                good,
                good,
                good,
                "column q: relativePositionBias must have one row per head, 2, but has 1 (row 0 of partition 0)");
        fails(
                copy(stage).setRelativePositionBias(new double[2][10]),
                good,
                good,
                good,
                "column q: relativePositionBias must have 5 values per head, the product of 2 kernelSize - 1, but row 0 has "
                        + "10 (kernelSize=[3]) (row 0 of partition 0)");
        fails(
                copy(stage).setBackend("cpu").setScale(1e39),
                good,
                good,
                good,
                "no backend can run this (backend=cpu):\n  cpu: refuses: scale 1.0E39 is beyond float32; "
                        + "use backend=reference (row 0 of partition 0)");
    }

    @Test
    void anOperatorThatNeedsMoreScratchIsRefused() {
        Row row = TensorStruct.of(new float[31 * 31 * 64], 31, 31, 1, 64);
        Dataset<Row> frame =
                LocalSpark.SESSION.createDataFrame(Arrays.asList(RowFactory.create(0, row, row, row)), structs());
        NeighborhoodAttention stage =
                plain().setBackend("cpu").setKernelSize(31, 31).setScratchBytes(1000);
        assertThatThrownBy(() -> stage.transform(frame).collectAsList())
                .satisfies(
                        thrown -> assertThat(causes(thrown))
                                .anySatisfy(
                                        text -> assertThat(text) // how many bytes differs by the vectors of the machine
                                                .matches(
                                                        "no backend can run this \\(backend=cpu\\):\n {2}cpu: refuses: headDim 64,"
                                                                + " valueDim 64 and 1 heads per key need \\d+ bytes of scratch per thread, more"
                                                                + " than the limit of 1000; raise scratchBytes \\(row 0 of partition \\d+\\)")));
    }

    @Test
    void aNullVectorIsNamed() {
        StructType schema = new StructType()
                .add("q", type("vector"))
                .add("k", type("vector"))
                .add("v", type("vector"));
        Dataset<Row> frame =
                LocalSpark.SESSION.createDataFrame(Arrays.asList(RowFactory.create(null, null, null)), schema);
        NeighborhoodAttention stage = plain().setKernelSize(3).setFeatureMap(3).setHeads(2);
        assertThatThrownBy(() -> stage.transform(frame).collectAsList())
                .satisfies(thrown ->
                        assertThat(causes(thrown)).contains("column q: the tensor is null (row 0 of partition 0)"));
    }

    private static void fails(
            NeighborhoodAttention stage, @Nullable Object q, @Nullable Object k, @Nullable Object v, String message) {
        StructType schema = new StructType().add("id", DataTypes.IntegerType);
        for (String name : List.of("q", "k", "v")) {
            StructType loose = new StructType()
                    .add("shape", DataTypes.createArrayType(DataTypes.IntegerType))
                    .add("dtype", "string")
                    .add("data", "binary");
            schema = schema.add(name, loose);
        }
        Dataset<Row> frame = LocalSpark.SESSION.createDataFrame(Arrays.asList(RowFactory.create(0, q, k, v)), schema);
        assertThatThrownBy(() -> stage.transform(frame).collectAsList())
                .satisfies(thrown -> assertThat(causes(thrown))
                        .anySatisfy(text -> assertThat(text).startsWith(message)));
    }

    @Test
    void aBadFlatRowFailsWithColumnExpectedAndFound() {
        NeighborhoodAttention stage = plain().setKernelSize(3).setFeatureMap(3).setHeads(2);
        float[] good = new float[24];
        failsFlat(
                stage,
                new float[25],
                good,
                good,
                "column q: length must be a multiple of tokens × heads = 6, but is 25 (featureMap=[3], heads=2) (row 0 of "
                        + "partition 0)");
        failsFlat(stage, new float[0], good, good, "column q: the tensor is empty");
        failsFlat(stage, good, new float[12], good, "column k: length must be 24 for shape [3, 2, 4], but is 12");
        failsFlat(
                stage,
                good,
                good,
                new float[23],
                "column v: length must be a multiple of tokens × keyValueHeads = 6, but is 23 (featureMap=[3], heads=2)");
        failsFlat(stage, good, null, good, "column k: the tensor is null");
        failsFlat(
                stage,
                good,
                good,
                new Float[] {1f, null},
                "one of the columns q, k, v has a null element in its array (row 0 of partition 0)");
        failsFlat(copy(stage).setBackend("gpu"), good, good, good, "there is no backend 'gpu'; known are ");
    }

    private static void failsFlat(
            NeighborhoodAttention stage, @Nullable Object q, @Nullable Object k, @Nullable Object v, String message) {
        StructType schema = new StructType().add("q", FLOATS).add("k", FLOATS).add("v", FLOATS);
        Dataset<Row> frame = LocalSpark.SESSION
                .createDataFrame(Arrays.asList(RowFactory.create(q, k, v)), schema)
                .coalesce(1);
        assertThatThrownBy(() -> stage.transform(frame).collectAsList())
                .satisfies(thrown -> assertThat(causes(thrown))
                        .anySatisfy(text -> assertThat(text).startsWith(message)));
    }

    private static List<String> causes(Throwable thrown) {
        List<String> messages = new ArrayList<>();
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            messages.add(String.valueOf(t.getMessage()));
        }
        return messages;
    }
}
