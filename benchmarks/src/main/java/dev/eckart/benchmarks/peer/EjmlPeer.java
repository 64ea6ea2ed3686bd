package dev.eckart.benchmarks.peer;

import dev.eckart.io.Npy;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ejml.EjmlVersion;
import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CommonOps_MT_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/** EJML, plain Java, f64: products by its concurrent variant; its SVD has none. */
final class EjmlPeer implements Peer {
    EjmlPeer(int threads) {
        EjmlConcurrency.setMaxThreads(threads);
    }

    @Override
    public String describe() {
        return "EJML " + EjmlVersion.VERSION;
    }

    @Override
    public Optional<Task> load(String operation, List<Path> inputs) throws IOException {
        List<DMatrixRMaj> matrices = new ArrayList<>();
        for (Path input : inputs) {
            try (Tensor tensor = Npy.read(input)) {
                if (tensor.dtype() != DType.F64) {
                    return Optional.empty();
                }
                matrices.add(new DMatrixRMaj((int) tensor.dim(0), (int) tensor.dim(1), true, tensor.toArray()));
            }
        }
        return switch (operation) {
            case "matmul" -> Optional.of(new Product(matrices.get(0), matrices.get(1)));
            case "svd" -> Optional.of(new Decomposition(matrices.get(0)));
            default -> Optional.empty();
        };
    }

    private static void save(Path file, DMatrixRMaj matrix, long... shape) throws IOException {
        try (Tensor tensor = Tensor.of(matrix.getData(), shape)) {
            Npy.write(file, tensor);
        }
    }

    private static final class Product implements Task {
        private final DMatrixRMaj a;
        private final DMatrixRMaj b;
        private final DMatrixRMaj c;

        Product(DMatrixRMaj a, DMatrixRMaj b) {
            this.a = a;
            this.b = b;
            this.c = new DMatrixRMaj(a.numRows, b.numCols);
        }

        @Override
        public void run() {
            CommonOps_MT_DDRM.mult(a, b, c);
        }

        @Override
        public void write(Path folder) throws IOException {
            save(folder.resolve("c.npy"), c, c.numRows, c.numCols);
        }

        @Override
        public void close() {}
    }

    private static final class Decomposition implements Task {
        private final DMatrixRMaj a;
        private DMatrixRMaj work;
        private DMatrixRMaj u;
        private DMatrixRMaj s;
        private DMatrixRMaj v;

        Decomposition(DMatrixRMaj a) {
            this.a = a;
        }

        @Override
        public void prepare() {
            work = a.copy();
        }

        @Override
        public void run() {
            SingularValueDecomposition_F64<DMatrixRMaj> svd =
                    DecompositionFactory_DDRM.svd(a.numRows, a.numCols, true, true, true);
            if (!svd.decompose(work)) {
                throw new ArithmeticException("EJML: the SVD did not converge");
            }
            u = svd.getU(null, false);
            s = svd.getW(null);
            v = svd.getV(null, false);
            SingularOps_DDRM.descendingOrder(u, false, s, v, false);
        }

        @Override
        public void write(Path folder) throws IOException {
            DMatrixRMaj vt = CommonOps_DDRM.transpose(v, null);
            DMatrixRMaj diagonal = CommonOps_DDRM.extractDiag(s, (DMatrixRMaj) null);
            save(folder.resolve("u.npy"), u, u.numRows, u.numCols);
            save(folder.resolve("s.npy"), diagonal, diagonal.numRows);
            save(folder.resolve("vt.npy"), vt, vt.numRows, vt.numCols);
        }

        @Override
        public void close() {}
    }
}
