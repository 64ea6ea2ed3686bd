package dev.eckart.benchmarks.peer;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.lapack.LAPACK;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.netlib.util.intW;

/**
 * dev.ludovic.netlib as its properties make it: BLAS by the vector API and LAPACK in plain Java, or both of a native library. LAPACK
 * is that of Fortran on column-major arrays; a row-major A goes in as Aᵀ, and A·B = C as Bᵀ·Aᵀ = Cᵀ.
 */
public final class NetlibPeer implements Peer {
    private final BLAS blas = BLAS.getInstance();
    private final LAPACK lapack = LAPACK.getInstance();

    /** Serves this peer; takes no arguments. */
    public static void main(String[] args) throws Exception {
        Worker.serve(NetlibPeer::new);
    }

    @Override
    public String describe() {
        String classes =
                blas.getClass().getSimpleName() + " and " + lapack.getClass().getSimpleName();
        return "netlib: " + Worker.library(BLAS.class) + ", " + Worker.library(LAPACK.class) + ", " + classes
                + (classes.contains("JNI") ? ", OpenBLAS of Eckart, " + Worker.threads() + " threads" : ", 1 thread");
    }

    @Override
    public Optional<Task> load(String operation, List<Path> inputs) throws IOException {
        if (!List.of("matmul", "svd", "eigh").contains(operation)) {
            return Optional.empty();
        }
        NpyArray a = NpyArray.read(inputs.get(0));
        if (operation.equals("matmul")) {
            NpyArray b = NpyArray.read(inputs.get(1));
            return Optional.of(
                    new ArrayTask<>(() -> a.like(a.rows(), b.cols()), c -> multiply(a, b, c), c -> Map.of("c", c)));
        }
        if (a.isSingle() || a.rows() < a.cols()) { // for a wide matrix its checks demand room for all of U
            return Optional.empty();
        }
        return Optional.of(
                operation.equals("svd")
                        ? new ArrayTask<>(a::copy, this::gesdd, r -> r)
                        : new ArrayTask<>(a::copy, this::syevd, r -> r));
    }

    private NpyArray multiply(NpyArray a, NpyArray b, NpyArray c) {
        int m = a.rows();
        int k = a.cols();
        int n = b.cols();
        if (a.isSingle()) {
            blas.sgemm("N", "N", n, m, k, 1, b.floats(), n, a.floats(), k, 0, c.floats(), n);
        } else {
            blas.dgemm("N", "N", n, m, k, 1, b.doubles(), n, a.doubles(), k, 0, c.doubles(), n);
        }
        return c;
    }

    /** Aᵀ = U'·S·V'ᵀ, column-major: U' is Vᵀ and V'ᵀ is U, row-major. */
    private Map<String, NpyArray> gesdd(NpyArray a) {
        int m = a.cols();
        int n = a.rows();
        int k = Math.min(m, n);
        double[] s = new double[k];
        double[] u = new double[m * k];
        double[] vt = new double[k * n];
        int[] integers = new int[8 * k];
        intW info = new intW(0);
        double[] size = new double[1];
        lapack.dgesdd("S", m, n, a.doubles(), m, s, u, m, vt, k, size, -1, integers, info);
        double[] work = new double[(int) size[0]];
        lapack.dgesdd("S", m, n, a.doubles(), m, s, u, m, vt, k, work, work.length, integers, info);
        require("dgesdd", info);
        return Map.of("u", new NpyArray(vt, n, k), "s", new NpyArray(s, k), "vt", new NpyArray(u, k, m));
    }

    private Map<String, NpyArray> syevd(NpyArray a) {
        int n = a.rows();
        double[] w = new double[n];
        double[] size = new double[1];
        int[] integers = new int[1];
        intW info = new intW(0);
        lapack.dsyevd("V", "L", n, a.doubles(), n, w, size, -1, integers, -1, info);
        double[] work = new double[(int) size[0]];
        lapack.dsyevd("V", "L", n, a.doubles(), n, w, work, work.length, new int[integers[0]], integers[0], info);
        require("dsyevd", info);
        return Map.of("w", new NpyArray(w, n), "vt", a);
    }

    private static void require(String call, intW info) {
        if (info.val != 0) {
            throw new ArithmeticException("netlib: " + call + " gave info " + info.val);
        }
    }
}
