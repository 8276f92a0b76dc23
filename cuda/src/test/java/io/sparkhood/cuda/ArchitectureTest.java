package io.sparkhood.cuda;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What this module may know of the others, and where it may know the driver. */
class ArchitectureTest {
    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.sparkhood.cuda");

    @Test
    void itKnowsOperatorsAndTheInterfaceOfBackendsOnly() {
        classes()
                .that()
                .resideInAPackage("io.sparkhood.cuda..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "io.sparkhood.operator..",
                        "io.sparkhood.backend..",
                        "io.sparkhood.cuda..",
                        "jcuda..")
                .check(MODULE);
    }

    @Test
    void nativeCodeIsCalledInTheDriversPackageOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.sparkhood.cuda.driver")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jcuda..", "com.sun.jna..")
                .check(MODULE);
    }

    @Test
    void theDriverKnowsNothingOfAttention() {
        classes()
                .that()
                .resideInAPackage("io.sparkhood.cuda.driver")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "jcuda..", "io.sparkhood.cuda.driver")
                .check(MODULE);
    }

    @Test
    void packagesAreTwo() {
        classes()
                .should()
                .resideInAnyPackage("io.sparkhood.cuda", "io.sparkhood.cuda.driver")
                .check(MODULE);
    }
}
