package io.sparkhood;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.NoSuchFunctionException;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rooms of the house and the arrows that are allowed between them. */
class ArchitectureTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.sparkhood");

    /** Room, what it may import beside java.* and JSpecify: rooms of the house, then packages of others. */
    @ParameterizedTest
    @CsvSource({
        "operator, '',                                       ''",
        "backend,  'operator',                               ''",
        "cpu,      'operator backend',                       'jdk.incubator.vector com.sun.management'",
        "format,   '',                                       'com.fasterxml.jackson'",
        "image,    '',                                       'javax.imageio java.awt org.w3c.dom'",
        "column,   'operator backend',                       'org.apache.spark scala org.slf4j'",
        "ml,       'column operator backend network format image', 'org.apache.spark scala org.slf4j com.codahale.metrics'",
        "sql,      'ml column operator backend format image',      'org.apache.spark scala org.slf4j'",
    })
    void aRoomImportsOnlyWhatItsArrowsSay(String room, String rooms, String others) {
        List<String> allowed = new ArrayList<>(List.of("java..", "org.jspecify..", "io.sparkhood." + room + ".."));
        for (String other : rooms.isEmpty() ? new String[0] : rooms.split(" ")) {
            allowed.add("io.sparkhood." + other + "..");
        }
        for (String other : others.isEmpty() ? new String[0] : others.split(" ")) {
            allowed.add(other + "..");
        }
        classes()
                .that()
                .resideInAPackage("io.sparkhood." + room + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new))
                .check(HOUSE);
    }

    @Test
    void thereAreNoCycles() {
        slices().matching("io.sparkhood.(*)..").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void theVectorApiIsUsedByTheCpuRoomAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.sparkhood.cpu..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(HOUSE);
    }

    @Test
    void sparksInternalsAreNotUsed() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.sparkhood.sql..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.spark.sql.catalyst..",
                        "org.apache.spark.sql.execution..",
                        "org.apache.spark.sql.internal..",
                        "org.apache.spark.sql.classic..",
                        "org.apache.spark.unsafe..")
                .check(HOUSE);
    }

    /** The public API of function catalogs speaks in these classes; no others of Spark's internals come along. */
    @Test
    void sqlFunctionsUseOfSparksInternalsWhatTheirApiIsMadeOf() {
        DescribedPredicate<JavaClass> internals = resideInAnyPackage(
                "org.apache.spark.sql.catalyst..",
                "org.apache.spark.sql.execution..",
                "org.apache.spark.sql.internal..",
                "org.apache.spark.sql.classic..",
                "org.apache.spark.unsafe..");
        DescribedPredicate<JavaClass> ofTheApi = belongToAnyOf(
                InternalRow.class,
                ArrayData.class,
                MapData.class,
                UTF8String.class,
                NoSuchFunctionException.class,
                NoSuchNamespaceException.class);
        noClasses()
                .that()
                .resideInAPackage("io.sparkhood.sql..")
                .should()
                .dependOnClassesThat(internals.and(not(ofTheApi)))
                .check(HOUSE);
    }

    @Test
    void everyRoomIsKnownAndNoneIsARummageRoom() {
        classes()
                .should()
                .resideInAnyPackage(
                        "io.sparkhood.operator",
                        "io.sparkhood.backend",
                        "io.sparkhood.cpu",
                        "io.sparkhood.format",
                        "io.sparkhood.image",
                        "io.sparkhood.column",
                        "io.sparkhood.ml",
                        "io.sparkhood.sql")
                .check(HOUSE);
    }
}
