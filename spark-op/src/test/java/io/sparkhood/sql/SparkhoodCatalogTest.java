package io.sparkhood.sql;

import static io.sparkhood.sql.SqlSession.SESSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.functions.BoundFunction;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** The catalog as Spark sees it. */
class SparkhoodCatalogTest {
    private static final List<String> NAMES = List.of(
            "from_npy", "image_tensor", "neighborhood_attention", "tensor", "tensor_data", "tensor_shape", "to_npy");

    @Test
    void aRunningSessionLearnsIt() {
        SparkSession fresh = SESSION.newSession();
        assertThatThrownBy(() -> fresh.sql("select sparkhood.tensor(array(1f), array(1))"))
                .isInstanceOf(AnalysisException.class);
        SparkhoodCatalog.register(fresh);
        assertThat(fresh.sql("select sparkhood.tensor_shape(sparkhood.tensor(array(1f), array(1)))")
                        .first()
                        .getList(0))
                .isEqualTo(List.of(1));
    }

    @Test
    void spellsItsNamesInAnyCaseUnderAnyCatalog() {
        SESSION.conf().set("spark.sql.catalog.na", SparkhoodCatalog.class.getName());
        assertThat(SESSION.sql("select na.Tensor_Shape(na.TENSOR(array(1f), array(1)))")
                        .first()
                        .getList(0))
                .isEqualTo(List.of(1));
        SESSION.conf().unset("spark.sql.catalog.na");
    }

    @Test
    void showsItsFunctions() {
        SparkhoodCatalog.register(SESSION);
        List<String> shown = SESSION.sql("show user functions in sparkhood").collectAsList().stream()
                .map(row -> row.getString(0))
                .toList();
        assertThat(shown)
                .containsExactlyInAnyOrderElementsOf(
                        NAMES.stream().map(name -> "sparkhood." + name).toList());
    }

    @Test
    void describesItsFunctions() throws Exception {
        // Spark 4.1 describes no function of a catalog, so the sentence is for those who ask the API
        assertThat(new SparkhoodCatalog()
                        .loadFunction(Identifier.of(new String[0], "to_npy"))
                        .description())
                .isEqualTo("to_npy(tensor): A float32 or float16 tensor struct as the bytes of an npy file.");
        assertThat(new SparkhoodCatalog()
                        .loadFunction(Identifier.of(new String[0], "neighborhood_attention"))
                        .description())
                .contains("backend_threads, ", ", scratch_bytes, ");
    }

    @Test
    void unknownFunctionsAreSparksError() {
        SparkhoodCatalog.register(SESSION);
        assertThatThrownBy(() -> SESSION.sql("select sparkhood.attention(1)"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("`sparkhood`.`attention`");
        assertThatThrownBy(() -> SESSION.sql("select sparkhood.inner.tensor(1)"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("`sparkhood`.`inner`.`tensor`");
        assertThatThrownBy(() -> new SparkhoodCatalog().listFunctions(new String[] {"inner"}))
                .hasMessageContaining("`inner`");
        assertThatThrownBy(() -> new SparkhoodCatalog().name())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a catalog has no name before it is initialized");
    }

    @Test
    void callsOfEqualTypesAreOneFunction() throws Exception {
        BoundFunction flat = bound("array<float>, array<float>, array<float>, int");
        assertThat(flat)
                .isEqualTo(bound("array<float>, array<float>, array<float>, int"))
                .hasSameHashCodeAs(flat);
        assertThat(flat).isNotEqualTo(bound("array<float>, array<float>, array<float>, array<int>"));
        assertThat(flat.isDeterministic()).isTrue();
        assertThat(flat.isResultNullable()).isTrue();
        assertThat(flat.canonicalName())
                .isEqualTo("io.sparkhood.neighborhood_attention(array<float>,array<float>,array<float>,int)");
        assertThat(bound("array<float>, array<float>, array<float>, int, map<string,string>")
                        .canonicalName())
                .isEqualTo("io.sparkhood.neighborhood_attention(array<float>,array<float>,array<float>,int,"
                        + "map<string,string>)");
    }

    private static BoundFunction bound(String types) throws Exception {
        StructType arguments = new StructType();
        for (String type : types.split(", ")) {
            arguments = arguments.add("_" + arguments.size(), type);
        }
        return new SparkhoodCatalog()
                .loadFunction(Identifier.of(new String[0], "neighborhood_attention"))
                .bind(arguments);
    }
}
