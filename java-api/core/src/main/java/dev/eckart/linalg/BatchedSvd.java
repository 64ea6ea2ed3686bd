package dev.eckart.linalg;

import dev.eckart.backend.Backend;
import dev.eckart.backend.Backends;
import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.SvdDriver;
import dev.eckart.linalg.Certificate.Level;
import dev.eckart.linalg.Certificate.Norm;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The thin SVD of many small matrices in one native call, and one certificate for all of them: the figures of {@link Certifier},
 * taken for every matrix with the same probes, of which the worst counts.
 */
final class BatchedSvd {
    private static final long LONGEST = 64;

    /** Sides of cuSOLVER's gesvdjBatched. */
    private static final long LONGEST_OF_GESVDJ = 32;

    /** Elements of A and V: with a vector for each they stay in a core's own cache. */
    private static final long LARGEST = 8192;
    /** Fewer matrices fill too few lanes of a vector. */
    private static final long FEWEST = 8;

    /** Elements of the matrices that are certified together. */
    private static final long AT_A_TIME = 1 << 19;

    private final Tensor a;
    private final Driver driver;

    private BatchedSvd(Tensor a, Driver driver) {
        this.a = a;
        this.driver = driver;
    }

    /** Whether AUTO means JACOBI for a batch (b, m, n) on the host. */
    static boolean rotates(Tensor a) {
        long k = Math.min(a.dim(1), a.dim(2));
        return a.device().kind() == Device.Kind.CPU
                && a.dim(0) >= FEWEST
                && can(a, Driver.JACOBI)
                && (a.dim(1) + a.dim(2)) * k <= LARGEST;
    }

    /** The drivers of full accuracy by which a GPU does this batch in one call, the first preferred among equals. */
    static List<Driver> onGpu(Tensor a) {
        return a.device().kind() == Device.Kind.CPU
                ? List.of()
                : Stream.of(Driver.JACOBI, Driver.GESVDJ)
                        .filter(driver -> can(a, driver))
                        .toList();
    }

    /** Whether a's device does its batches in one call by this driver. */
    static boolean can(Tensor a, Driver driver) {
        return kernel(a.device(), a.shape(), driver).isPresent();
    }

    /** What does batches of this shape (b, m, n) by this driver there; nothing where they are decomposed one by one. */
    static Optional<SvdDriver> kernel(Device device, Shape shape, Driver driver) {
        long m = shape.dim(-2);
        long n = shape.dim(-1);
        boolean suits = driver == Driver.JACOBI
                ? Math.min(m, n) <= LONGEST
                : driver != Driver.GESVDJ || Math.max(m, n) <= LONGEST_OF_GESVDJ;
        return Backends.of(device).svdBatchDrivers().stream()
                .filter(d -> suits && shape.rank() == 3 && d.name().equals(driver.name()))
                .findFirst();
    }

    static Svd of(Tensor a, Driver driver, Certifier certifier) {
        long start = System.nanoTime();
        BatchedSvd batch = new BatchedSvd(a, driver);
        long k = Math.min(a.dim(1), a.dim(2));
        Tensor u = Tensor.empty(a.device(), a.dtype(), a.dim(0), a.dim(1), k);
        Tensor s = Tensor.empty(a.device(), a.dtype(), a.dim(0), k);
        Tensor vt = Tensor.empty(a.device(), a.dtype(), a.dim(0), k, a.dim(2));
        try {
            batch.factor(s, Optional.of(new Backend.Vectors(u.view(), vt.view())));
            Certificate none = Certificate.none(driver, List.of(), 1, 0);
            return new Svd(
                    u, s, vt, certify(a, new Svd(u, s, vt, none), certifier).by(driver, 1, seconds(start)));
        } catch (RuntimeException | Error e) {
            u.close();
            s.close();
            vt.close();
            throw e;
        }
    }

    static Tensor values(Tensor a, Driver driver) {
        Tensor s = Tensor.empty(a.device(), a.dtype(), a.dim(0), Math.min(a.dim(1), a.dim(2)));
        try {
            new BatchedSvd(a, driver).factor(s, Optional.empty());
            return s;
        } catch (RuntimeException | Error e) {
            s.close();
            throw e;
        }
    }

    private void factor(Tensor s, Optional<Backend.Vectors> vectors) {
        Interrupts.check("svd");
        long bad = a.backend().firstNonFinite(a.view());
        if (bad >= 0) {
            long matrix = bad / (a.dim(1) * a.dim(2));
            try (Tensor one = a.select(0, matrix)) {
                Matrices.check("svd", one);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("matrix " + matrix + " of the batch: " + e.getMessage(), e);
            }
        }
        SvdDriver kernel = SvdDriver.valueOf(driver.name());
        long failed = a.backend().svdBatch(kernel, a.view(), s.view(), vectors);
        if (failed >= 0) {
            throw new ArithmeticException("svd: matrix " + failed + " of the batch " + a.shape() + " did not converge");
        }
        if (s.shape().size() > 0 && a.backend().firstNonFinite(s.view()) >= 0) {
            throw new ArithmeticException("svd of " + a.shape() + ": the largest singular value of a matrix overflows "
                    + a.dtype() + "; scale it down");
        }
    }

    /** The certificate of matrices (b, m, n) and their decompositions: of the worst of them. */
    static Certificate certify(Tensor a, Svd svd, Certifier certifier) {
        if (certifier.level() == Level.NONE
                || svd.u().shape().size() == 0
                || svd.vt().shape().size() == 0) {
            return svd.certificate();
        }
        // Of small matrices the residual itself costs no more than its image of the probes.
        boolean small = Math.max(a.dim(1), a.dim(2)) <= LONGEST;
        boolean exact = small || certifier.level() == Level.EXACT;
        double factor = exact ? 1 : Certifier.FACTOR;
        long b = a.dim(0);
        double[] sizes = firstValues(svd.s());
        Figures figures = small ? ofSmall(a, svd) : inParts(a, svd, sizes, certifier, exact);
        double[] relative = figures.relative;
        int worst = 0;
        for (int i = 1; i < relative.length; i++) {
            worst = relative[i] > relative[worst] || Double.isNaN(relative[i]) ? i : worst;
        }
        double size = Math.max(sizes[worst], tiny(a.dtype()));
        double residual = factor * relative[worst] * size;
        return new Certificate(
                exact ? Norm.FROBENIUS : Norm.SPECTRAL,
                residual,
                relative[worst] == 0 ? 0 : residual / (exact ? norm(a, worst) : size),
                exact,
                exact ? 1 : Math.max(0, 1 - b * Math.pow(10, -Certifier.PROBES)),
                factor * figures.lossU,
                factor * figures.lossV,
                svd.certificate().driver(),
                "",
                List.of(),
                1,
                0);
    }

    /** Of each matrix the residual over σ₁; the largest losses of orthogonality. */
    private record Figures(double[] relative, double lossU, double lossV) {}

    private static Figures ofSmall(Tensor a, Svd svd) {
        try (Scope scope = Scope.open()) {
            Tensor errors = Tensor.empty(a.device(), DType.F64, a.dim(0), 3);
            Backend.Vectors vectors = new Backend.Vectors(
                    svd.u().contiguous().view(), svd.vt().contiguous().view());
            a.backend().svdBatchErrors(a.view(), svd.s().contiguous().view(), vectors, errors.view());
            double[][] columns = errors.transpose().toMatrix();
            return new Figures(columns[0], Matrices.largest(columns[1]), Matrices.largest(columns[2]));
        }
    }

    /** So many matrices at a time that they stay in the cache from one step to the next. */
    private static Figures inParts(Tensor a, Svd svd, double[] sizes, Certifier certifier, boolean exact) {
        double[] relative = new double[sizes.length];
        double[] losses = {0, 0};
        int step = (int) Math.max(1, AT_A_TIME / Math.max(a.dim(1) * a.dim(2), 1));
        for (int from = 0; from < sizes.length; from += step) {
            Interrupts.check("certificate");
            int to = (int) Math.min(sizes.length, (long) from + step);
            try (Scope scope = Scope.open()) {
                Tensor u = svd.u().slice(0, from, to);
                Tensor vt = svd.vt().slice(0, from, to);
                double[] part = residuals(
                        a.slice(0, from, to),
                        new Svd(u, svd.s().slice(0, from, to), vt, svd.certificate()),
                        Arrays.copyOfRange(sizes, from, to),
                        certifier,
                        exact);
                System.arraycopy(part, 0, relative, from, part.length);
                losses[0] = Matrices.largest(new double[] {losses[0], loss(u, certifier, exact)});
                losses[1] = Matrices.largest(new double[] {losses[1], loss(vt.permute(0, 2, 1), certifier, exact)});
            }
        }
        return new Figures(relative, losses[0], losses[1]);
    }

    private static double[] firstValues(Tensor s) {
        try (Tensor largest = s.select(1, 0)) {
            return largest.toArray();
        }
    }

    private static double norm(Tensor a, long i) {
        try (Tensor one = a.select(0, i)) {
            return one.norm();
        }
    }

    /** ‖A − USVᵀ‖F of each matrix, or the largest ‖(A − USVᵀ)ω‖, over σ₁; those are taken relative to σ₁ where squares may not hold them. */
    private static double[] residuals(Tensor a, Svd svd, double[] sizes, Certifier certifier, boolean exact) {
        long b = a.dim(0);
        boolean safe = Arrays.stream(sizes).allMatch(size -> isSafe(a.dtype(), size));
        Tensor row = svd.s().reshape(b, 1, svd.s().dim(1));
        Tensor scaled = a;
        if (!safe) {
            Tensor scale = row.slice(2, 0, 1)
                    .maximum(Tensor.full(a.dtype(), tiny(a.dtype())).to(a.device()));
            row = row.divide(scale);
            scaled = a.divide(scale);
        }
        Tensor us = svd.u().multiply(row);
        double[] relative = exact
                ? norms(difference(scaled, us, svd.vt()), true)
                : norms(image(certifier, scaled).subtract(us.matmul(image(certifier, svd.vt()))), false);
        if (safe) {
            Arrays.setAll(relative, i -> relative[i] / Math.max(sizes[i], tiny(a.dtype())));
        }
        return relative;
    }

    /** Whether squares of numbers from ε·size to size stay within the type. */
    private static boolean isSafe(DType dtype, double size) {
        double most = dtype == DType.F64 ? 0x1p400 : 0x1p40;
        return size == 0 || size > 1 / most && size < most;
    }

    /** A − (U·S)·Vᵀ. */
    private static Tensor difference(Tensor a, Tensor us, Tensor vt) {
        Tensor rest = a.copy();
        a.backend().gemm(-1, us.view(), vt.view(), 1, rest.view());
        return rest;
    }

    /** A·ω of every matrix for all probes. */
    private static Tensor image(Certifier certifier, Tensor matrices) {
        return matrices.matmul(certifier.probes(matrices.device(), matrices.dtype(), matrices.dim(2)));
    }

    /** max ‖(I − QᵀQ)ωᵢ‖ over the batch; when exact, of ‖I − QᵀQ‖F. */
    private static double loss(Tensor q, Certifier certifier, boolean exact) {
        Tensor turned = q.permute(0, 2, 1);
        Tensor loss = exact
                ? turned.matmul(q).subtract(Tensor.eye(q.dtype(), q.dim(2)).to(q.device()))
                : certifier.probes(q.device(), q.dtype(), q.dim(2)).subtract(turned.matmul(image(certifier, q)));
        return Matrices.largest(norms(loss, exact));
    }

    /** For each matrix its norm, or the largest of its columns'; in f64. */
    private static double[] norms(Tensor matrices, boolean whole) {
        long b = matrices.dim(0);
        try (Scope scope = Scope.open()) {
            Tensor joined = whole ? matrices.reshape(b, matrices.dim(1) * matrices.dim(2), 1) : matrices;
            Tensor squares = Tensor.empty(matrices.device(), DType.F64, b, 1, joined.dim(2));
            matrices.backend().reduce(ReduceOp.SUM_OF_SQUARES, joined.view(), squares.view());
            return squares.reshape(b, joined.dim(2)).max(1).sqrt().toArray();
        }
    }

    private static double tiny(DType dtype) {
        return dtype == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
