package dev.eckart.benchmarks.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ejml.EjmlVersion;
import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CommonOps_MT_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_MT_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/** EJML, plain Java, f64, by its concurrent variants. */
public final class EjmlPeer implements Peer {
    EjmlPeer(int threads) {
        EjmlConcurrency.setMaxThreads(threads);
    }

    /** Serves this peer; takes no arguments. */
    public static void main(String[] args) throws Exception {
        Worker.serve(() -> new EjmlPeer(Worker.threads()));
    }

    @Override
    public String describe() {
        return "EJML " + EjmlVersion.VERSION + ", " + EjmlConcurrency.getMaxThreads() + " threads";
    }

    @Override
    public Optional<Task> load(String operation, List<Path> inputs) throws IOException {
        if (!List.of("matmul", "svd", "eigh").contains(operation)) {
            return Optional.empty();
        }
        NpyArray first = NpyArray.read(inputs.get(0));
        if (first.isSingle()) {
            return Optional.empty();
        }
        DMatrixRMaj a = matrix(first);
        if (operation.equals("matmul")) {
            DMatrixRMaj b = matrix(NpyArray.read(inputs.get(1)));
            return Optional.of(new ArrayTask<>(
                    () -> new DMatrixRMaj(a.numRows, b.numCols),
                    c -> CommonOps_MT_DDRM.mult(a, b, c),
                    c -> Map.of("c", array(c))));
        }
        return Optional.of(
                operation.equals("svd")
                        ? new ArrayTask<>(a::copy, Singular::of, Singular::arrays)
                        : new ArrayTask<>(a::copy, EjmlPeer::eigen, EjmlPeer::arrays));
    }

    private static DMatrixRMaj matrix(NpyArray array) {
        return new DMatrixRMaj(array.rows(), array.cols(), true, array.doubles().clone());
    }

    private static NpyArray array(DMatrixRMaj matrix) {
        return new NpyArray(matrix.getData(), matrix.numRows, matrix.numCols);
    }

    private record Singular(DMatrixRMaj u, DMatrixRMaj s, DMatrixRMaj v) {
        static Singular of(DMatrixRMaj a) {
            SingularValueDecomposition_F64<DMatrixRMaj> svd =
                    DecompositionFactory_MT_DDRM.svd(a.numRows, a.numCols, true, true, true);
            if (!svd.decompose(a)) {
                throw new ArithmeticException("EJML: the SVD did not converge");
            }
            Singular parts = new Singular(svd.getU(null, false), svd.getW(null), svd.getV(null, false));
            SingularOps_DDRM.descendingOrder(parts.u, false, parts.s, parts.v, false);
            return parts;
        }

        Map<String, NpyArray> arrays() {
            DMatrixRMaj diagonal = CommonOps_DDRM.extractDiag(s, (DMatrixRMaj) null);
            return Map.of(
                    "u", array(u),
                    "s", new NpyArray(diagonal.getData(), diagonal.numRows),
                    "vt", array(v).transposed());
        }
    }

    private static EigenDecomposition_F64<DMatrixRMaj> eigen(DMatrixRMaj a) {
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_MT_DDRM.eig(a.numRows, true, true);
        if (!eigen.decompose(a)) {
            throw new ArithmeticException("EJML: the eigenvalues did not converge");
        }
        return eigen;
    }

    private static Map<String, NpyArray> arrays(EigenDecomposition_F64<DMatrixRMaj> eigen) {
        int n = eigen.getNumberOfEigenvalues();
        double[] w = new double[n];
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            w[i] = eigen.getEigenvalue(i).getReal();
            rows[i] = eigen.getEigenVector(i).getData();
        }
        return Map.of("w", new NpyArray(w, n), "vt", NpyArray.ofRows(rows));
    }
}
