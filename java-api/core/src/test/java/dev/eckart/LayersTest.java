package dev.eckart;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.eckart.backend.Backends;
import dev.eckart.backend.cpu.CpuBackend;
import dev.eckart.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The layers of the design: each imports only those below it. */
class LayersTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(Tensor.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void eachLayerKnowsOnlyThoseBelow() {
        assertThat(CLASSES).hasSizeGreaterThan(30);
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("memory")
                .definedBy("dev.eckart.memory")
                .layer("backend")
                .definedBy("dev.eckart.backend")
                .layer("cpu")
                .definedBy("dev.eckart.backend.cpu")
                .layer("tensor")
                .definedBy("dev.eckart.tensor")
                .layer("io")
                .definedBy("dev.eckart.io..")
                .layer("linalg")
                .definedBy("dev.eckart.linalg")
                .layer("pca")
                .definedBy("dev.eckart.pca")
                .layer("diffusion")
                .definedBy("dev.eckart.diffusion")
                .layer("embedding")
                .definedBy("dev.eckart.embedding")
                .whereLayer("memory")
                .mayNotAccessAnyLayer()
                .whereLayer("backend")
                .mayOnlyAccessLayers("memory")
                .whereLayer("cpu")
                .mayOnlyAccessLayers("backend", "memory")
                .whereLayer("tensor")
                .mayOnlyAccessLayers("backend", "memory")
                .whereLayer("io")
                .mayOnlyAccessLayers("linalg", "tensor", "backend", "memory")
                .whereLayer("linalg")
                .mayOnlyAccessLayers("tensor", "backend", "memory")
                .whereLayer("pca")
                .mayOnlyAccessLayers("linalg", "io", "tensor", "backend", "memory")
                .whereLayer("diffusion")
                .mayOnlyAccessLayers("pca", "linalg", "io", "tensor", "backend", "memory")
                .whereLayer("embedding")
                .mayOnlyAccessLayers("pca", "linalg", "io", "tensor", "memory")
                // The one place that looks implementations up.
                .ignoreDependency(belongToAnyOf(Backends.class), belongToAnyOf(CpuBackend.class))
                .check(CLASSES);
    }

    @Test
    void everyPackageIsALayer() {
        noClasses()
                .should()
                .resideOutsideOfPackages(
                        "dev.eckart.memory",
                        "dev.eckart.backend",
                        "dev.eckart.backend.cpu",
                        "dev.eckart.tensor",
                        "dev.eckart.io..",
                        "dev.eckart.linalg",
                        "dev.eckart.pca",
                        "dev.eckart.diffusion",
                        "dev.eckart.embedding")
                .check(CLASSES);
    }

    @Test
    void onlyTheCpuBackendMakesNativeCalls() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.eckart.backend.cpu")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.eckart.jni..")
                .check(CLASSES);
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.bytedeco.."))
                .check(CLASSES);
    }
}
