package io.sparkhood.ml;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.ml.PipelineStage;
import org.junit.jupiter.api.Test;

/** No stage without its {@link StageContract}: FooTest extends it for every stage Foo of this module. */
class EveryStageHasAContractTest {
    @Test
    void everyStageIsTested() {
        var classes = new ClassFileImporter().importPackages("io.sparkhood");
        Set<String> stages = classes.stream()
                .filter(type -> type.isAssignableTo(PipelineStage.class))
                .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                .map(JavaClass::getName)
                .collect(Collectors.toSet());
        assertThat(stages).isNotEmpty();
        for (String stage : stages) {
            assertThat(classes.stream()
                            .filter(type -> type.isAssignableTo(StageContract.class))
                            .map(JavaClass::getName))
                    .as("contract tests")
                    .contains(stage + "Test");
        }
    }
}
