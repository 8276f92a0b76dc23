package io.sparkhood.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.TypeVariable;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every stage must do beside its arithmetic, as MLlib's users expect it. */
public abstract class StageContract {
    /** A stage with every param set to something that is not its default and works on {@link #input()}. */
    protected abstract Transformer stage();

    protected abstract Dataset<Row> input();

    @Test
    final void isRegisteredForLoading() {
        assertThat(ServiceLoader.load(Transformer.class).stream().map(ServiceLoader.Provider::type))
                .anyMatch(type -> type.equals(stage().getClass()));
    }

    @Test
    final void everyParamHasDocGetterAndSetter() {
        Transformer stage = stage();
        for (Param<?> param : stage.params()) {
            assertThat(param.parent()).isEqualTo(stage.uid()); // null where a param was made before the uid
            assertThat(param.doc()).as(param.name()).isNotBlank();
            String suffix =
                    Character.toUpperCase(param.name().charAt(0)) + param.name().substring(1);
            List<Method> methods = Arrays.asList(stage.getClass().getMethods());
            assertThat(methods).as(param.name()).anyMatch(m -> m.getName().equals("get" + suffix));
            assertThat(methods)
                    .as(param.name())
                    .anyMatch(m -> m.getName().equals("set" + suffix) && returns(m, stage.getClass()));
        }
    }

    /** Of a base class of stages a setter returns the type parameter that stands for the stage. */
    private static boolean returns(Method setter, Class<?> stage) {
        return setter.getReturnType().equals(stage)
                || (setter.getGenericReturnType() instanceof TypeVariable<?>
                        && setter.getReturnType().isAssignableFrom(stage));
    }

    @Test
    final void theExampleSetsEveryParam() {
        Transformer stage = stage();
        assertThat(Arrays.stream(stage.params())
                        .filter(param -> !stage.isSet(param))
                        .map(Param::name))
                .isEmpty();
    }

    @Test
    final void explainParamsIsReadable() {
        String text = stage().explainParams();
        assertThat(text).doesNotContain("[I@").doesNotContain("[[D@").doesNotContain("[D@");
        assertThat(text.lines()).hasSize(stage().params().length);
    }

    @Test
    final void copyKeepsEveryParam() {
        Transformer stage = stage();
        Transformer copy = stage.copy(new ParamMap());
        assertThat(copy).isNotSameAs(stage).hasSameClassAs(stage);
        assertThat(copy.explainParams()).isEqualTo(stage.explainParams());
        assertThat(copy.uid()).isEqualTo(stage.uid());
    }

    @Test
    final void saveAndLoadKeepEveryParam(@TempDir Path folder) throws Exception {
        Transformer stage = stage();
        String path = folder.resolve("stage").toString();
        ((MLWritable) stage).write().save(path);
        Object loaded = stage.getClass().getMethod("load", String.class).invoke(null, path);
        assertThat(((Transformer) loaded).explainParams()).isEqualTo(stage.explainParams());
        assertThatThrownBy(() -> ((MLWritable) stage).write().save(path)).hasMessageContaining("overwrite");
    }

    @Test
    final void worksInAPipelineThatIsSavedAndLoaded(@TempDir Path folder) throws Exception {
        Dataset<Row> input = input();
        List<Row> expected = stage().transform(input).collectAsList();
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {stage()});
        pipeline.write().save(folder.resolve("pipeline").toString());
        PipelineModel model =
                Pipeline.load(folder.resolve("pipeline").toString()).fit(input);
        model.write().save(folder.resolve("model").toString());
        PipelineModel loaded = PipelineModel.load(folder.resolve("model").toString());
        assertSameRows(loaded.transform(input).collectAsList(), expected);
    }

    /** All columns except the run times, which differ from run to run. */
    private void assertSameRows(List<Row> actual, List<Row> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            for (String name : actual.get(i).schema().fieldNames()) {
                if (!name.equals("runTime")) {
                    assertThat(text(actual.get(i).getAs(name)))
                            .isEqualTo(text(expected.get(i).getAs(name)));
                }
            }
        }
    }

    private static String text(Object value) {
        if (value instanceof byte[] bytes) {
            return Arrays.toString(bytes);
        }
        if (value instanceof Row row) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                text.append(text(row.get(i))).append(';');
            }
            return text.toString();
        }
        return String.valueOf(value);
    }

    @Test
    final void transformSchemaIsTheSchemaOfTheResult() {
        Dataset<Row> input = input();
        Dataset<Row> result = stage().transform(input);
        assertThat(result.schema()).isEqualTo(stage().transformSchema(input.schema()));
    }
}
