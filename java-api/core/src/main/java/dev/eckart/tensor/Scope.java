package dev.eckart.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * The lifetime of the tensors made while it is open on this thread: closing it closes them all, but for those moved to the
 * enclosing scope by {@link #keep}.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *     Tensor product = a.matmul(b);
 *     return scope.keep(product.add(1));
 * }
 * }</pre>
 *
 * <p>Scopes nest strictly, belong to the thread that opened them, and are not inherited by other threads. Outside any scope a tensor
 * is its maker's to close.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();

    private final Thread thread = Thread.currentThread();
    private final Scope parent = CURRENT.get();
    private List<Tensor> tensors = new ArrayList<>();
    private long bytes;
    private long peak;

    private Scope() {}

    /** Opens a scope inside the current one of this thread, if any. */
    public static Scope open() {
        Scope scope = new Scope();
        CURRENT.set(scope);
        return scope;
    }

    /** Runs {@code body} outside every scope of this thread: what it makes is its maker's to close. */
    public static <T> T outside(java.util.function.Supplier<T> body) {
        Scope current = CURRENT.get();
        CURRENT.remove();
        try {
            return body.get();
        } finally {
            if (current != null) {
                CURRENT.set(current);
            }
        }
    }

    static void add(Tensor tensor) {
        Scope current = CURRENT.get();
        if (current != null) {
            tensor.scope = current;
            tensor.indexInScope = current.tensors.size();
            current.tensors.add(tensor);
            current.count(tensor.ownBytes);
        }
    }

    /** Adds to the account of this scope and of those around it. */
    private void count(long change) {
        for (Scope scope = this; scope != null && change != 0; scope = scope.parent) {
            scope.bytes += change;
            scope.peak = Math.max(scope.peak, scope.bytes);
        }
    }

    /**
     * The most bytes at any one time of the tensors made on this thread since this scope was opened, in it and in scopes within it;
     * workspaces, wrapped memory, and what a view keeps alive when its tensor is closed are not counted. Stays after closing.
     */
    public long peak() {
        return peak;
    }

    /** Called when a tensor is closed by hand: long-lived scopes hold no list of the dead. */
    static void remove(Tensor tensor) {
        Scope scope = tensor.scope;
        if (scope != null && scope.thread == Thread.currentThread() && scope.tensors != null) {
            scope.take(tensor);
            scope.count(-tensor.ownBytes);
        }
    }

    private void take(Tensor tensor) {
        Tensor last = tensors.remove(tensors.size() - 1);
        if (last != tensor) {
            tensors.set(tensor.indexInScope, last);
            last.indexInScope = tensor.indexInScope;
        }
        tensor.scope = null;
    }

    /**
     * Moves a tensor to the enclosing scope, or out of all scopes when there is none.
     *
     * @return the same tensor
     * @throws IllegalStateException on another thread, or when this scope is closed or does not hold the tensor
     */
    public Tensor keep(Tensor tensor) {
        check("keep");
        if (tensor.scope != this) {
            throw new IllegalStateException(
                    "scope: keep: the tensor " + tensor.shape() + " does not belong to this scope");
        }
        take(tensor);
        bytes -= tensor.ownBytes;
        if (parent != null) {
            tensor.scope = parent;
            tensor.indexInScope = parent.tensors.size();
            parent.tensors.add(tensor);
        }
        return tensor;
    }

    /**
     * Closes every tensor of this scope. Closing again does nothing.
     *
     * @throws IllegalStateException on another thread, or while an inner scope is open
     */
    @Override
    public void close() {
        if (tensors == null) {
            return;
        }
        check("close");
        if (CURRENT.get() != this) {
            throw new IllegalStateException(
                    "scope: close: an inner scope is still open; close scopes in the reverse order");
        }
        if (parent == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(parent);
        }
        count(-bytes);
        List<Tensor> all = tensors;
        tensors = null;
        for (Tensor tensor : all) {
            tensor.scope = null;
            tensor.close();
        }
    }

    private void check(String operation) {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException(
                    "scope: " + operation + ": it belongs to thread " + thread.getName() + ", the one that opened it");
        }
        if (tensors == null) {
            throw new IllegalStateException("scope: " + operation + ": it is closed");
        }
    }
}
