package dev.eckart.cli;

import dev.eckart.io.NpyOperator;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Shape;
import dev.eckart.pca.Pca;
import dev.eckart.pca.PcaOptions;
import dev.eckart.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code pca} fits to: a tensor, or a matrix that is known by its products, sparse or left in its file.
 *
 * @param dense (n, d) in memory, or null
 * @param matrix where {@code dense} is null
 * @param file that of the matrix, where it is too large for the memory; else null
 */
record Observations(Tensor dense, LinearOperator matrix, OutOfCore file) implements AutoCloseable {
    /** A sparse matrix of fewer elements is as fast with all its zeros, and more accurate. */
    private static final long SMALL = 1 << 22;
    /** How many components are planned for where their number is not known yet. */
    private static final long SOME = 50;

    static Observations read(
            Path in, GlobalOptions options, Device device, Progress progress, Long components, Pca.Solver solver) {
        boolean products = solver != Pca.Solver.SVD;
        Optional<OutOfCore> large = products
                ? OutOfCore.of(in, options, device, progress, a -> plannedBytes(a, components))
                : Optional.empty();
        if (large.isPresent()) {
            return new Observations(null, large.get().matrix(), large.get());
        }
        boolean host = device.kind() == Device.Kind.CPU || options.anyDevice();
        Optional<Csr> sparse = products && host ? Inputs.readSparse(in, options.precision()) : Optional.empty();
        if (sparse.isPresent()) {
            if (sparse.get().rows() * sparse.get().columns() > SMALL) {
                return new Observations(null, sparse.get(), null);
            }
            sparse.get().close();
        }
        return new Observations(Inputs.read(in, options, device), null, null);
    }

    private static long plannedBytes(NpyOperator a, Long components) {
        long most = Math.min(a.rows(), a.columns());
        return TruncatedSvd.rank(Math.min(most, components == null ? SOME : components))
                .explain(a)
                .bytes();
    }

    Shape shape() {
        return dense != null ? dense.shape() : Shape.of(matrix.rows(), matrix.columns());
    }

    DType dtype() {
        return dense != null ? dense.dtype() : matrix.dtype();
    }

    Pca.Solver solver(PcaOptions how) {
        return dense != null ? how.solverFor(dense) : how.solverFor(matrix);
    }

    Pca fit(PcaOptions how) {
        return dense != null ? how.fit(dense) : how.fit(matrix);
    }

    /** Scores (n, k). */
    Tensor transform(Pca pca, Progress progress) {
        return dense != null ? PcaModel.transform(pca, dense, progress) : pca.transform(matrix);
    }

    /** Tensors belong to the session; a sparse matrix belongs to no scope. */
    @Override
    public void close() {
        if (matrix instanceof Csr sparse) {
            sparse.close();
        }
    }
}
