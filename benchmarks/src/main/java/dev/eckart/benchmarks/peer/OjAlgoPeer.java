package dev.eckart.benchmarks.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ojalgo.OjAlgoUtils;
import org.ojalgo.array.Array1D;
import org.ojalgo.matrix.decomposition.Eigenvalue;
import org.ojalgo.matrix.decomposition.SingularValue;
import org.ojalgo.matrix.store.MatrixStore;
import org.ojalgo.matrix.store.R064Store;

/** ojAlgo: plain Java, f64, threads by its own thresholds. */
public final class OjAlgoPeer implements Peer {
    private final int threads;

    OjAlgoPeer(int threads) {
        OjAlgoUtils.limitThreadsTo(threads);
        this.threads = threads;
    }

    /** Serves this peer; takes no arguments. */
    public static void main(String[] args) throws Exception {
        Worker.serve(() -> new OjAlgoPeer(Worker.threads()));
    }

    @Override
    public String describe() {
        return Worker.library(OjAlgoUtils.class) + ", at most " + threads + " threads";
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
        R064Store a = store(first);
        if (operation.equals("matmul")) {
            R064Store b = store(NpyArray.read(inputs.get(1)));
            return Optional.of(new ArrayTask<>(
                    () -> R064Store.FACTORY.make(a.countRows(), b.countColumns()),
                    c -> {
                        c.fillByMultiplying(a, b);
                        return c;
                    },
                    c -> Map.of("c", array(c))));
        }
        return Optional.of(
                operation.equals("svd")
                        ? new ArrayTask<>(() -> a, Singular::of, Singular::arrays)
                        : new ArrayTask<>(() -> a, Eigen::of, Eigen::arrays));
    }

    /** Column-major, as ojAlgo keeps its matrices. */
    private static R064Store store(NpyArray array) {
        return R064Store.wrap(array.transposed().doubles(), array.rows());
    }

    private static NpyArray array(MatrixStore<Double> matrix) {
        return NpyArray.ofRows(matrix.toRawCopy2D());
    }

    private static NpyArray array(Array1D<Double> values) {
        return new NpyArray(values.toRawCopy1D(), values.size());
    }

    private record Singular(MatrixStore<Double> u, Array1D<Double> s, MatrixStore<Double> v) {
        static Singular of(R064Store a) {
            SingularValue<Double> svd = SingularValue.R064.make(a);
            if (!svd.decompose(a)) {
                throw new ArithmeticException("ojAlgo: the SVD failed");
            }
            return new Singular(svd.getU(), svd.getSingularValues(), svd.getV());
        }

        Map<String, NpyArray> arrays() {
            return Map.of("u", array(u), "s", array(s), "vt", array(v).transposed());
        }
    }

    private record Eigen(MatrixStore<Double> w, MatrixStore<Double> v) {
        static Eigen of(R064Store a) {
            Eigenvalue<Double> eigen = Eigenvalue.R064.make(a, true);
            if (!eigen.decompose(a)) {
                throw new ArithmeticException("ojAlgo: the eigen-decomposition failed");
            }
            return new Eigen(eigen.getD(), eigen.getV());
        }

        Map<String, NpyArray> arrays() {
            double[] values = w.sliceDiagonal().toRawCopy1D();
            return Map.of("w", new NpyArray(values, values.length), "vt", array(v).transposed());
        }
    }
}
