package io.sparkhood.sql;

import static io.sparkhood.sql.SqlSession.SESSION;
import static io.sparkhood.sql.SqlSession.refused;
import static io.sparkhood.sql.SqlSession.refusedAtAnalysis;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.ml.NeighborhoodAttention;
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.param.Param;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the attention function says, word for word, when Spark binds it and when a row fails. */
class AttentionErrorsTest {
    private static final String ALLOWED =
            "backend, backend_threads, causal_axes, check_finite, device_memory_bytes, dilation, feature_map, heads, implementation, "
                    + "key_value_heads, "
                    + "relative_position_bias, scale, scratch_bytes, stride";
    private static final String FLOATS = "array(1f, 2f, 3f)";
    private static final String CURED =
            " must be array<float> or struct<shape: array<int>, dtype: string, data: binary>, ";

    @BeforeEach
    void register() {
        SparkhoodCatalog.register(SESSION);
    }

    @AfterEach
    void nothingStaysOpen() {
        assertThat(TaskRows.openTasks()).isZero();
    }

    private static String call(String arguments) {
        return "select sparkhood.neighborhood_attention(" + arguments + ")";
    }

    private static String flat(String options) {
        return call(FLOATS + ", " + FLOATS + ", " + FLOATS + ", 3, map(" + options + ")");
    }

    @Test
    void argumentsOfOtherTypes() {
        refusedAtAnalysis(
                call("array(1.0, 2.0), " + FLOATS + ", " + FLOATS + ", 3"),
                "query" + CURED + "but is array<decimal(2,1)>; cast it to array<float>");
        refusedAtAnalysis(
                call(FLOATS + ", array(1d), " + FLOATS + ", 3"),
                "key" + CURED + "but is array<double>; cast it to array<float>");
        refusedAtAnalysis(
                call(FLOATS + ", " + FLOATS + ", 'x', 3"), "value" + CURED + "but is string; convert it first");
        refusedAtAnalysis(
                call(FLOATS + ", " + FLOATS + ", " + FLOATS + ", 3.5"),
                "kernel_size must be int or array<int>, but is decimal(2,1); cast it to array<int>");
        refusedAtAnalysis(
                call(FLOATS + ", " + FLOATS + ", " + FLOATS + ", 3, map('heads', 1)"),
                "options must be map<string,string>, but is map<string,int>; write every value as a text, such as '7,7' or "
                        + "'0.5'");
        refusedAtAnalysis(
                call(FLOATS + ", " + FLOATS + ", " + FLOATS),
                "it is called as neighborhood_attention(query, key, value, kernel_size [, options]), but has 3 arguments");
    }

    @Test
    void optionsThatDoNotExist() {
        refused(
                flat("'strides', '2'"),
                "neighborhood_attention: there is no option 'strides'; the options are " + ALLOWED);
        refused(
                flat("'featureMap', '3'"),
                "neighborhood_attention: there is no option 'featureMap'; the options are " + ALLOWED);
        for (String column : List.of("query_col", "output_col", "log_sum_exp_col", "run_time_col", "error_col")) {
            refused(
                    flat("'" + column + "', 'x'"),
                    "neighborhood_attention: option " + column
                            + " is none of a function: columns are the function's arguments and its result");
        }
        refused(
                flat("'kernel_size', '3'"),
                "neighborhood_attention: option kernel_size is none of a function: it is the function's argument kernel_size");
        refused(
                flat("'keep_input_cols', 'true'"),
                "neighborhood_attention: option keep_input_cols is none of a function: a function leaves the columns of its "
                        + "row as they are");
        refused(
                flat("'max_batch_bytes', '1'"),
                "neighborhood_attention: option max_batch_bytes is none of a function: a function computes one row per call; "
                        + "use the stage NeighborhoodAttention for batches");
        refused(
                flat("'handle_invalid', 'skip'"),
                "neighborhood_attention: option handle_invalid is none of a function: a function fails on a row that it cannot "
                        + "compute; use the stage NeighborhoodAttention to skip or keep such rows");
    }

    @Test
    void everyParamOfTheStageIsAnOptionOrRefused() {
        NeighborhoodAttention stage = new NeighborhoodAttention("s");
        for (Param<?> param : stage.params()) {
            String key = param.name().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
            boolean allowed = List.of(ALLOWED.split(", ")).contains(key);
            boolean refused = param.name().endsWith("Col")
                    || List.of("kernelSize", "keepInputCols", "maxBatchBytes", "handleInvalid")
                            .contains(param.name());
            assertThat(allowed ^ refused).as(key).isTrue();
        }
    }

    @Test
    void valuesThatAreNone() {
        refused(flat("'heads', 'two'"), "neighborhood_attention: option heads must be a whole number, but is 'two'");
        refused(
                flat("'scratch_bytes', '8M'"),
                "neighborhood_attention: option scratch_bytes must be a whole number, but is '8M'");
        refused(
                flat("'stride', '2;2'"),
                "neighborhood_attention: option stride must be whole numbers separated by commas, such as '7,7', but is '2;2'");
        refused(flat("'scale', 'half'"), "neighborhood_attention: option scale must be a number, but is 'half'");
        refused(
                flat("'relative_position_bias', '1,x'"),
                "neighborhood_attention: option relative_position_bias must be a row of numbers per head, such as '0,0.5,1; "
                        + "1,0.5,0', but is '1,x'");
        refused(
                flat("'scale', string(null)"),
                "neighborhood_attention: option scale is null; leave it out for its default");
        refused(
                flat("'stride', '0'"),
                "neighborhood_attention: neighborhood_attention parameter stride given invalid value [0].");
        refused(
                flat("'feature_map', '3', 'heads', '1', 'backend', 'gpu'"),
                "neighborhood_attention: there is no backend 'gpu'; known are cpu, reference and auto");
    }

    @Test
    void theStagesSentences() {
        refused(
                call(FLOATS + ", " + FLOATS + ", " + FLOATS + ", 3"),
                "neighborhood_attention: featureMap is required: column 'query' is array<float>, which carries no shape");
        refused(
                flat("'feature_map', '3'"),
                "neighborhood_attention: heads is required: column 'query' is array<float>, which carries no shape");
        refused(
                flat("'feature_map', '3', 'heads', '2'"),
                "neighborhood_attention: column query: length must be a multiple of tokens × heads = 6, but is 3 "
                        + "(featureMap=[3], heads=2)");
        refused(
                flat("'feature_map', '2', 'heads', '1'"),
                "neighborhood_attention: kernelSize × dilation must not exceed the feature map: on axis 0, 3 × 1 = 3 > 2 "
                        + "(featureMap=[2], kernelSize=[3], dilation=[1]); choose a smaller kernelSize or dilation on that "
                        + "axis");
        refused(
                call("array(1f, null, 3f), " + FLOATS + ", " + FLOATS + ", 3"),
                "neighborhood_attention: column query has a null element in its array, at position 1");
        refused(
                call(FLOATS + ", " + FLOATS + ", " + FLOATS + ", array(3, null)"),
                "neighborhood_attention: kernel_size has a null element in its array, at position 1");
        String struct = "named_struct('shape', array(3, 1, 1), 'dtype', '%s', 'data', %s)";
        String good = struct.formatted("float32", "X'000000000000000000000000'");
        refused(
                call(good + ", " + struct.formatted("float32", "X'00'") + ", " + good + ", 3"),
                "neighborhood_attention: column key: data has 1 bytes, but shape [3, 1, 1] of float32 takes 12");
        refused(
                call(good + ", " + good + ", " + struct.formatted("float64", "X''") + ", 3"),
                "neighborhood_attention: column value: dtype must be one of float32, float16, bfloat16, but is 'float64'");
        refused(
                call(good + ", " + good + ", " + struct.formatted("float32", "binary(null)") + ", 3"),
                "neighborhood_attention: column value: the tensor's data is null");
        refused(
                call(good.replace("3, 1, 1", "3, null, 1") + ", " + good + ", " + good + ", 3"),
                "neighborhood_attention: column query: the tensor's shape [3, null, 1] has a null");
        refused(
                call(good + ", " + struct.formatted("float16", "X'000000000000'") + ", " + good + ", 3"),
                "neighborhood_attention: column key: dtype must be that of column query, float32, but is float16; convert one "
                        + "of them");
    }
}
