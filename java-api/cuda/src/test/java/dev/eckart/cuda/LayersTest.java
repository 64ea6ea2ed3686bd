package dev.eckart.cuda;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The module knows backends and memory of Eckart, and CUDA; and what looks for CUDA does so without CUDA's classes. */
class LayersTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(CudaProvider.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void knows_only_what_lies_below() {
        assertThat(CLASSES).hasSizeGreaterThan(10);
        classes()
                .that()
                .resideInAPackage("dev.eckart.cuda")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..", "org.bytedeco..", "dev.eckart.cuda", "dev.eckart.backend", "dev.eckart.memory")
                .check(CLASSES);
        noClasses().should().resideOutsideOfPackage("dev.eckart.cuda").check(CLASSES);
    }

    @Test
    void looking_for_cuda_does_not_touch_its_classes() {
        for (Class<?> quick : new Class<?>[] {CudaProvider.class, CudaLibraries.class, Places.class}) {
            noClasses()
                    .that()
                    .areAssignableTo(quick)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.bytedeco..")
                    .check(CLASSES);
        }
    }
}
