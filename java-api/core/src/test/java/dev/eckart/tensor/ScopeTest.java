package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.testkit.Settled;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void closingClosesWhatWasMadeInside() throws InterruptedException {
        long before = Settled.memoryInUse();
        Tensor inside;
        Tensor view;
        try (Scope scope = Scope.open()) {
            inside = Tensor.zeros(DType.F64, 1000);
            view = inside.slice(0, 1, 5);
            assertThat(MemoryBudget.used()).isEqualTo(before + 8000);
        }
        assertThat(inside.isClosed()).isTrue();
        assertThat(view.isClosed()).isTrue();
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    @Test
    void keepMovesToTheEnclosingScopeOrOutOfAll() {
        Tensor kept;
        try (Scope outer = Scope.open()) {
            Tensor moved;
            try (Scope inner = Scope.open()) {
                Tensor dies = Tensor.zeros(DType.F64, 2);
                moved = inner.keep(dies.add(1));
                assertThatThrownBy(() -> inner.keep(moved))
                        .hasMessage("scope: keep: the tensor (2) does not belong to this scope");
            }
            assertThat(moved.isClosed()).isFalse();
            kept = outer.keep(moved);
        }
        assertThat(kept.toArray()).containsExactly(1, 1);
        kept.close();
    }

    @Test
    void aKeptViewKeepsItsMemory() throws InterruptedException {
        long before = Settled.memoryInUse();
        Tensor row;
        try (Scope scope = Scope.open()) {
            row = scope.keep(Tensor.full(DType.F64, 3, 10, 10).select(0, 4));
        }
        assertThat(row.toArray()).containsOnly(3).hasSize(10);
        assertThat(MemoryBudget.used()).isEqualTo(before + 800);
        row.close();
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    @Test
    void closingTwiceDoesNothing() {
        Tensor t = Tensor.zeros(DType.F64, 2);
        Tensor view = t.slice(0, 0, 1);
        t.close();
        t.close();
        t.close();
        assertThat(view.get(0)).isZero();
        view.close();
        Scope scope = Scope.open();
        scope.close();
        scope.close();
    }

    @Test
    void should_fail_if_closed_before_an_inner_scope() {
        Scope outer = Scope.open();
        Scope inner = Scope.open();
        assertThatThrownBy(outer::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("scope: close: an inner scope is still open; close scopes in the reverse order");
        Tensor survives = Tensor.zeros(DType.F64, 1);
        assertThat(survives.isClosed()).isFalse();
        inner.close();
        assertThat(survives.isClosed()).isTrue();
        outer.close();
        assertThatThrownBy(() -> outer.keep(survives)).hasMessage("scope: keep: it is closed");
    }

    @Test
    void should_fail_if_used_on_another_thread() throws InterruptedException {
        try (Scope scope = Scope.open()) {
            Tensor mine = Tensor.zeros(DType.F64, 1);
            AtomicReference<Throwable> closing = new AtomicReference<>();
            AtomicReference<Throwable> keeping = new AtomicReference<>();
            AtomicReference<Tensor> theirs = new AtomicReference<>();
            Thread other = new Thread(() -> {
                theirs.set(Tensor.zeros(DType.F64, 1));
                closing.set(thrownBy(scope::close));
                keeping.set(thrownBy(() -> scope.keep(mine)));
            });
            other.start();
            other.join();
            String owner = Thread.currentThread().getName();
            assertThat(closing.get())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("scope: close: it belongs to thread " + owner + ", the one that opened it");
            assertThat(keeping.get())
                    .hasMessage("scope: keep: it belongs to thread " + owner + ", the one that opened it");
            assertThatThrownBy(() -> scope.keep(theirs.get())).hasMessageContaining("does not belong to this scope");
            scope.close();
            assertThat(mine.isClosed()).isTrue();
            assertThat(theirs.get().isClosed()).isFalse();
            theirs.get().close();
        }
    }

    private static Throwable thrownBy(Runnable action) {
        try {
            action.run();
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    @Test
    void scopesHoldNoListOfTheDead() {
        try (Scope scope = Scope.open()) {
            Tensor first = Tensor.zeros(DType.F64, 1);
            for (int i = 0; i < 1000; i++) {
                Tensor a = Tensor.zeros(DType.F64, 1);
                Tensor b = Tensor.zeros(DType.F64, 1);
                a.close();
                b.close();
            }
            Tensor last = Tensor.zeros(DType.F64, 1);
            assertThat(last.indexInScope).isEqualTo(1);
            first.close();
            assertThat(last.indexInScope).isZero();
        }
    }

    @Test
    void tensorsClosedByAnotherThreadAreForgottenQuietly() throws InterruptedException {
        try (Scope scope = Scope.open()) {
            Tensor t = Tensor.zeros(DType.F64, 1);
            Thread other = new Thread(t::close);
            other.start();
            other.join();
            assertThat(t.isClosed()).isTrue();
        }
    }

    @Test
    void should_fail_if_used_after_close() {
        Tensor t = Tensor.zeros(DType.F64, 2, 2);
        Tensor other = Tensor.zeros(DType.F64, 2, 2);
        t.close();
        String tail = ": tensor (2,2) f64 was closed; close it later, or keep it with scope.keep";
        assertThatThrownBy(() -> t.add(other))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("add" + tail);
        assertThatThrownBy(() -> other.add(t)).hasMessage("add" + tail);
        assertThatThrownBy(() -> t.matmul(other)).hasMessage("matmul" + tail);
        assertThatThrownBy(() -> other.matmul(t)).hasMessage("matmul" + tail);
        assertThatThrownBy(t::toArray).hasMessage("toArray" + tail);
        assertThatThrownBy(t::toMatrix).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> t.get(0, 0)).hasMessage("get" + tail);
        assertThatThrownBy(t::transpose).hasMessage("view" + tail);
        assertThatThrownBy(() -> t.reshape(4)).hasMessage("reshape" + tail);
        assertThatThrownBy(() -> t.fill(1)).hasMessage("fill" + tail);
        assertThatThrownBy(() -> other.assign(t)).hasMessage("assign" + tail);
        assertThatThrownBy(t::exp).hasMessage("exp" + tail);
        assertThatThrownBy(t::sum).hasMessage("sum" + tail);
        assertThatThrownBy(t::norm).hasMessage("norm" + tail);
        assertThatThrownBy(() -> t.to(DType.F32)).hasMessage("to" + tail);
        assertThatThrownBy(t::copy).hasMessage("copy" + tail);
        assertThatThrownBy(() -> t.withBuffers(part -> {})).hasMessage("withBuffers" + tail);
        assertThatThrownBy(t::view).hasMessage("view" + tail);
        assertThat(t.shape()).isEqualTo(other.shape());
        other.close();
    }

    @Test
    void should_tell_how_much_its_tensors_held_at_most() {
        Scope outer = Scope.open();
        Tensor first = Tensor.zeros(DType.F64, 100);
        assertThat(outer.peak()).isEqualTo(800);
        first.slice(0, 1, 50);
        first.close();
        Scope inner = Scope.open();
        Tensor kept = Tensor.zeros(DType.U8, 300);
        Tensor.zeros(DType.U8, 1000).close();
        Tensor.zeros(DType.U8, 600);
        inner.keep(kept);
        inner.close();
        assertThat(inner.peak()).isEqualTo(1300);
        assertThat(outer.peak()).isEqualTo(1300);
        Tensor.zeros(DType.U8, 900);
        assertThat(outer.peak()).as("300 kept, 600 closed with the inner scope").isEqualTo(1300);
        Tensor.zeros(DType.U8, 101);
        assertThat(outer.peak()).isEqualTo(1301);
        outer.close();
        assertThat(outer.peak()).isEqualTo(1301);
        assertThat(inner.peak()).isEqualTo(1300);
    }
}
