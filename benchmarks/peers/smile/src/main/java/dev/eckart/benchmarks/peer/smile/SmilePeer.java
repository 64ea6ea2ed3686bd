package dev.eckart.benchmarks.peer.smile;

import dev.eckart.benchmarks.peer.ArrayTask;
import dev.eckart.benchmarks.peer.NpyArray;
import dev.eckart.benchmarks.peer.Peer;
import dev.eckart.benchmarks.peer.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.openblas.global.openblas;
import smile.feature.extraction.PCA;
import smile.math.blas.UPLO;
import smile.math.matrix.ARPACK;
import smile.math.matrix.Matrix;

/** Smile over Eckart's OpenBLAS, newer than its own, and the ARPACK that it brings along, f64. */
public final class SmilePeer implements Peer {
    private static final int LEADING = 20;

    /** Serves this peer; takes no arguments. */
    public static void main(String[] args) throws Exception {
        Worker.serve(SmilePeer::new);
    }

    @Override
    public String describe() {
        return Worker.library(PCA.class) + ", " + Worker.library(openblas.class) + ", " + Worker.threads() + " threads";
    }

    @Override
    public Optional<Task> load(String operation, List<Path> inputs) throws IOException {
        if (!List.of("matmul", "svd", "eigh", "truncated-dense-20", "pca").contains(operation)) {
            return Optional.empty();
        }
        NpyArray first = NpyArray.read(inputs.get(0));
        if (first.isSingle()) {
            return Optional.empty();
        }
        Matrix a = matrix(first);
        switch (operation) {
            case "matmul":
                Matrix b = matrix(NpyArray.read(inputs.get(1)));
                return Optional.of(new ArrayTask<>(() -> a, m -> m.mm(b), c -> Map.of("c", array(c))));
            case "svd":
                return Optional.of(new ArrayTask<>(a::clone, m -> m.svd(true, true), SmilePeer::arrays));
            case "truncated-dense-20":
                return Optional.of(new ArrayTask<>(() -> a, m -> ARPACK.svd(m, LEADING), SmilePeer::arrays));
            case "eigh":
                a.uplo(UPLO.LOWER);
                return Optional.of(new ArrayTask<>(a::clone, m -> m.eigen(false, true, true), SmilePeer::arrays));
            default:
                double[][] rows = first.toRows();
                return Optional.of(new ArrayTask<>(() -> rows, Projected::of, Projected::arrays));
        }
    }

    /** Column-major, as Smile keeps its matrices. */
    private static Matrix matrix(NpyArray array) {
        return new Matrix(
                array.rows(), array.cols(), array.rows(), array.transposed().doubles());
    }

    private static NpyArray array(Matrix matrix) {
        return NpyArray.ofRows(matrix.toArray());
    }

    private static Map<String, NpyArray> arrays(Matrix.SVD svd) {
        return Map.of(
                "u", array(svd.U),
                "s", new NpyArray(svd.s, svd.s.length),
                "vt", array(svd.V).transposed());
    }

    private static Map<String, NpyArray> arrays(Matrix.EVD eigen) {
        return Map.of(
                "w",
                new NpyArray(eigen.wr, eigen.wr.length),
                "vt",
                array(eigen.Vr).transposed());
    }

    private record Projected(PCA pca, double[][] scores) {
        static Projected of(double[][] rows) {
            PCA pca = PCA.fit(rows).getProjection(LEADING);
            return new Projected(pca, pca.apply(rows));
        }

        Map<String, NpyArray> arrays() {
            return Map.of(
                    "components", array(pca.projection),
                    "mean", new NpyArray(pca.center(), pca.center().length),
                    "scores", NpyArray.ofRows(scores));
        }
    }
}
