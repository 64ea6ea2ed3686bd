package dev.eckart.benchmarks.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.BlockRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/** Apache Commons Math: plain Java, f64, one thread; products by its blocks, which its documentation names for large matrices. */
public final class CommonsMathPeer implements Peer {
    /** Serves this peer; takes no arguments. */
    public static void main(String[] args) throws Exception {
        Worker.serve(CommonsMathPeer::new);
    }

    @Override
    public String describe() {
        return Worker.library(RealMatrix.class) + ", 1 thread";
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
        double[][] a = first.toRows();
        if (operation.equals("matmul")) {
            RealMatrix left = new BlockRealMatrix(a);
            RealMatrix right = new BlockRealMatrix(NpyArray.read(inputs.get(1)).toRows());
            return Optional.of(new ArrayTask<>(
                    () -> left, m -> m.multiply(right), c -> Map.of("c", NpyArray.ofRows(c.getData()))));
        }
        RealMatrix matrix = new Array2DRowRealMatrix(a, false);
        return Optional.of(
                operation.equals("svd")
                        ? new ArrayTask<>(() -> matrix, CommonsMathPeer::singular, CommonsMathPeer::arrays)
                        : new ArrayTask<>(() -> matrix, EigenDecomposition::new, CommonsMathPeer::arrays));
    }

    /** The factors are made when they are asked for: that is part of the work. */
    private static SingularValueDecomposition singular(RealMatrix a) {
        SingularValueDecomposition svd = new SingularValueDecomposition(a);
        svd.getU();
        svd.getVT();
        return svd;
    }

    private static Map<String, NpyArray> arrays(SingularValueDecomposition svd) {
        double[] s = svd.getSingularValues();
        return Map.of(
                "u", NpyArray.ofRows(svd.getU().getData()),
                "s", new NpyArray(s, s.length),
                "vt", NpyArray.ofRows(svd.getVT().getData()));
    }

    private static Map<String, NpyArray> arrays(EigenDecomposition eigen) {
        double[] w = eigen.getRealEigenvalues();
        return Map.of(
                "w",
                new NpyArray(w, w.length),
                "vt",
                NpyArray.ofRows(eigen.getVT().getData()));
    }
}
