package dev.eckart.benchmarks.peer.nd4j;

import dev.eckart.benchmarks.peer.ArrayTask;
import dev.eckart.benchmarks.peer.NpyArray;
import dev.eckart.benchmarks.peer.Peer;
import dev.eckart.benchmarks.peer.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J on its CPU backend: products, and LAPACK's gesvd and syev, f64 and f32. The OpenBLAS is Eckart's: its own 0.3.19 computes
 * wrongly on AVX-512. Its gesvd gives all of U, so that only square matrices are compared; its own operation svd fails on these in
 * the thin form.
 */
public final class Nd4jPeer implements Peer {
    /** Serves this peer; takes no arguments. */
    public static void main(String[] args) throws Exception {
        Worker.serve(Nd4jPeer::new);
    }

    @Override
    public String describe() {
        return Worker.library(Nd4j.class) + ", " + Worker.library(openblas.class) + ", "
                + Nd4j.getEnvironment().maxMasterThreads() + " threads";
    }

    @Override
    public Optional<Task> load(String operation, List<Path> inputs) throws IOException {
        if (!List.of("matmul", "add", "svd", "eigh").contains(operation)) {
            return Optional.empty();
        }
        INDArray a = read(inputs.get(0));
        switch (operation) {
            case "matmul":
                INDArray b = read(inputs.get(1));
                return Optional.of(new ArrayTask<>(() -> a, m -> m.mmul(b), c -> Map.of("c", array(c))));
            case "add":
                INDArray other = read(inputs.get(1));
                return Optional.of(new ArrayTask<>(() -> a, m -> m.add(other), c -> Map.of("c", array(c))));
            case "svd":
                if (a.rows() != a.columns()) {
                    return Optional.empty();
                }
                return Optional.of(new ArrayTask<>(() -> a.dup('f'), Singular::of, Singular::arrays));
            default:
                return Optional.of(new ArrayTask<>(() -> a.dup('f'), Eigen::of, Eigen::arrays));
        }
    }

    private static INDArray read(Path file) throws IOException {
        NpyArray array = NpyArray.read(file);
        long[] shape = Arrays.stream(array.shape()).asLongStream().toArray();
        return array.isSingle()
                ? Nd4j.create(array.floats(), shape, DataType.FLOAT)
                : Nd4j.create(array.doubles(), shape, DataType.DOUBLE);
    }

    private static NpyArray array(INDArray matrix) {
        int[] shape = Arrays.stream(matrix.shape()).mapToInt(Math::toIntExact).toArray();
        INDArray rows = matrix.dup('c');
        return new NpyArray(
                matrix.dataType() == DataType.FLOAT
                        ? rows.data().asFloat()
                        : rows.data().asDouble(),
                shape);
    }

    private record Singular(INDArray u, INDArray s, INDArray vt) {
        static Singular of(INDArray a) {
            long n = a.rows();
            INDArray u = Nd4j.create(a.dataType(), new long[] {n, n}, 'f');
            INDArray s = Nd4j.create(a.dataType(), n);
            INDArray vt = Nd4j.create(a.dataType(), new long[] {n, n}, 'f');
            Nd4j.getBlasWrapper().lapack().gesvd(a, s, u, vt);
            return new Singular(u, s, vt);
        }

        Map<String, NpyArray> arrays() {
            return Map.of("u", array(u), "s", array(s), "vt", array(vt));
        }
    }

    private record Eigen(INDArray w, INDArray v) {
        static Eigen of(INDArray a) {
            INDArray w = Nd4j.create(a.dataType(), a.rows());
            Nd4j.getBlasWrapper().lapack().syev('V', 'L', a, w);
            return new Eigen(w, a);
        }

        Map<String, NpyArray> arrays() {
            return Map.of("w", array(w), "vt", array(v.transpose()));
        }
    }
}
