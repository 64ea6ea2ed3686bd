package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.backend.Backend;
import dev.eckart.backend.SvdDriver;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SvdFallbackTest {
    /** The tensor's backend, where the drivers named do not converge. */
    private static Backend failing(Backend real, Set<SvdDriver> drivers) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, args) -> {
                    if (method.getName().equals("svd") && drivers.contains(args[0])) {
                        return false;
                    }
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void should_fall_back_to_gesvd_and_say_so() {
        try (Scope scope = Scope.open()) {
            Tensor a = MatrixKinds.normal(DType.F64, 12, 8);
            Backend backend = failing(a.backend(), Set.of(SvdDriver.GESDD));
            Svd svd = Svd.options().backend(backend).of(a);
            assertThat(svd.certificate().driver()).isEqualTo(Driver.GESVD);
            assertThat(svd.certificate().fallbacks()).containsExactly("gesdd did not converge");
            assertThat(svd.certificate().relativeResidual()).isLessThan(1e-13);
        }
    }

    @Test
    void should_fall_back_to_gesdd_from_the_last_driver() {
        try (Scope scope = Scope.open()) {
            Tensor a = MatrixKinds.normal(DType.F64, 12, 8);
            Backend backend = failing(a.backend(), Set.of(SvdDriver.GEJSV));
            Svd svd = Svd.options().backend(backend).driver(Driver.GEJSV).of(a);
            assertThat(svd.certificate().driver()).isEqualTo(Driver.GESDD);
            assertThat(svd.certificate().fallbacks()).containsExactly("gejsv did not converge");
        }
    }

    @Test
    void should_fail_if_no_driver_converges() {
        try (Scope scope = Scope.open()) {
            Tensor a = MatrixKinds.normal(DType.F64, 12, 8);
            Backend backend = failing(a.backend(), Set.of(SvdDriver.values()));
            assertThatThrownBy(() -> Svd.options().backend(backend).of(a))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessage(
                            "svd of (12,8): gesdd did not converge, gesvd did not converge, gejsv did not converge");
            assertThatThrownBy(() -> Svd.options().overwrite().backend(backend).of(a))
                    .hasMessageEndingWith("the input was overwritten: try again with driver gesvd");
        }
    }
}
