package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.linalg.LinearOperator;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor product(Tensor a) {
        return a.matmul(a.transpose());
    }

    @Test
    void one_vector_each_reproduces_a_positive_semidefinite_matrix() {
        Tensor m = product(Tensor.normal(DType.F64, 1, 12, 4));
        Tensor y = Embedding.rank(4).of(LinearOperator.of(m)).left(0.5);
        assertThat(product(y).subtract(m).norm()).isLessThan(1e-13 * m.norm());
    }

    @Test
    void an_indefinite_matrix_needs_both_vectors_and_one_gives_its_absolute_value() {
        Tensor m = Tensor.of(new double[][] {{0, 1}, {1, 0}}); // eigenvalues 1 and −1: |M| = I
        Embedding e = Embedding.rank(2).of(LinearOperator.of(m));
        assertThat(product(e.left(0.5)).subtract(Tensor.eye(DType.F64, 2)).norm())
                .isLessThan(1e-14);
        for (double p : new double[] {0, 0.25, 0.5, 1}) {
            Tensor both = e.left(p).matmul(e.right(1 - p).transpose());
            assertThat(both.subtract(m).norm()).isLessThan(1e-14);
        }
    }

    @Test
    void both_sides_of_a_rectangle_have_vectors() {
        Tensor x = Tensor.normal(DType.F64, 2, 9, 5);
        Embedding e = Embedding.rank(5).of(LinearOperator.of(x));
        assertThat(product(e.left(1)).subtract(product(x)).norm())
                .isLessThan(1e-13 * product(x).norm());
        assertThat(product(e.right(1)).subtract(product(x.transpose())).norm())
                .isLessThan(1e-13 * product(x).norm());
        assertThat(e.vectors(Embedding.Combine.RIGHT, 1).shape()).isEqualTo(Shape.of(5, 5));
        assertThatThrownBy(() -> e.vectors(Embedding.Combine.SUM, 1)).hasMessageContaining("(9,5)");
    }

    @Test
    void sum_and_concatenation_are_of_both_sides() {
        Tensor m = Tensor.normal(DType.F64, 3, 6, 6);
        Embedding e = Embedding.rank(3).of(LinearOperator.of(m));
        Tensor sum = e.vectors(Embedding.Combine.SUM, 0.5);
        Tensor both = e.vectors(Embedding.Combine.CONCAT, 0.5);
        assertThat(sum.subtract(e.left(0.5).add(e.right(0.5))).norm()).isZero();
        assertThat(both.shape()).isEqualTo(Shape.of(6, 6));
        assertThat(both.slice(1, 0, 3).subtract(e.left(0.5)).norm()).isZero();
        assertThat(both.slice(1, 3, 6).subtract(e.right(0.5)).norm()).isZero();
    }

    @Test
    void should_refuse_too_many_dimensions_and_powers_that_are_none() {
        LinearOperator m = LinearOperator.of(Tensor.eye(DType.F64, 3));
        assertThatThrownBy(() -> Embedding.rank(4).of(m)).hasMessageContaining("at most 3");
        assertThatThrownBy(() -> Embedding.rank(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> Embedding.rank(1).of(m).left(-1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> Embedding.rank(1).of(m).left(Double.NaN)).hasMessageContaining("NaN");
    }
}
