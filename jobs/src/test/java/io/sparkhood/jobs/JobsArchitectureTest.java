package io.sparkhood.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class JobsArchitectureTest {
    private static final JavaClasses JOBS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.sparkhood.jobs", "io.sparkhood.notebook");

    @Test
    void jobsImportTheRoomsThatAreOpenToUsersAndNoBackend() {
        classes()
                .that()
                .resideInAPackage("io.sparkhood.jobs..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.sparkhood.jobs..",
                        "io.sparkhood.operator",
                        "io.sparkhood.backend",
                        "io.sparkhood.format",
                        "io.sparkhood.image",
                        "io.sparkhood.column",
                        "io.sparkhood.ml",
                        "io.sparkhood.sql",
                        "java..",
                        "javax.management..", // how much of the heap is in use
                        "com.sun.management..",
                        "scala..",
                        "org.apache.spark..",
                        "org.apache.hadoop..",
                        "org.apache.commons.math3..",
                        "org.jspecify.annotations",
                        "org.knowm.xchart..",
                        "picocli")
                .check(JOBS);
    }

    /** Any Java kernel can show what it makes: it knows none, and none of the jobs. */
    @Test
    void theNotebookRoomImportsMapsPicturesAndPlots() {
        classes()
                .that()
                .resideInAPackage("io.sparkhood.notebook")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.sparkhood.notebook",
                        "io.sparkhood.operator",
                        "io.sparkhood.image",
                        "io.sparkhood.column",
                        "java..",
                        "org.apache.spark.sql..",
                        "org.jspecify.annotations",
                        "org.knowm.xchart..")
                .check(JOBS);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.sparkhood.(**)").should().beFreeOfCycles().check(JOBS);
    }
}
