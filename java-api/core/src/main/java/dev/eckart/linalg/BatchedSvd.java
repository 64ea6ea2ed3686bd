package dev.eckart.linalg;

import dev.eckart.backend.Backend;
import dev.eckart.backend.SvdDriver;
import dev.eckart.linalg.Certificate.Level;
import dev.eckart.linalg.Certificate.Norm;
import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * The thin SVD of many small matrices in one native call, and one certificate for all of them: the figures of {@link Certifier},
 * taken for every matrix with the same probes, of which the worst counts.
 */
final class BatchedSvd {
    private static final long LONGEST = 64;
    /** Elements of A and V: with a vector for each they stay in a core's own cache. */
    private static final long LARGEST = 8192;
    /** Fewer matrices fill too few lanes of a vector. */
    private static final long FEWEST = 8;

    private final Tensor a;
    private final Driver driver;

    private BatchedSvd(Tensor a, Driver driver) {
        this.a = a;
        this.driver = driver;
    }

    /** What AUTO means for a batch (b, m, n): JACOBI or something else. */
    static boolean rotates(Tensor a) {
        long k = Math.min(a.dim(1), a.dim(2));
        return a.dim(0) >= FEWEST && can(a, Driver.JACOBI) && (a.dim(1) + a.dim(2)) * k <= LARGEST;
    }

    /** Whether a's device does its batches in one call by this driver. */
    static boolean can(Tensor a, Driver driver) {
        return a.backend().svdBatchDrivers().stream().anyMatch(d -> d.name().equals(driver.name()))
                && (driver != Driver.JACOBI || Math.min(a.dim(1), a.dim(2)) <= LONGEST);
    }

    static Svd of(Tensor a, Driver driver, Level level) {
        long start = System.nanoTime();
        BatchedSvd batch = new BatchedSvd(a, driver);
        long k = Math.min(a.dim(1), a.dim(2));
        Tensor u = Tensor.empty(a.device(), a.dtype(), a.dim(0), a.dim(1), k);
        Tensor s = Tensor.empty(a.device(), a.dtype(), a.dim(0), k);
        Tensor vt = Tensor.empty(a.device(), a.dtype(), a.dim(0), k, a.dim(2));
        try {
            batch.factor(s, Optional.of(new Backend.Vectors(u.view(), vt.view())));
            Certificate none = Certificate.none(driver, List.of(), 1, 0);
            return new Svd(u, s, vt, certify(a, new Svd(u, s, vt, none), level).by(driver, 1, seconds(start)));
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
    static Certificate certify(Tensor a, Svd svd, Level level) {
        Tensor u = svd.u();
        Tensor s = svd.s();
        Tensor vt = svd.vt();
        if (level == Level.NONE || u.shape().size() == 0 || vt.shape().size() == 0) {
            return svd.certificate();
        }
        Interrupts.check("certificate");
        // Of small matrices the residual itself costs no more than its image of the probes.
        boolean exact = level == Level.EXACT || Math.max(a.dim(1), a.dim(2)) <= LONGEST;
        try (Scope scope = Scope.open()) {
            long b = a.dim(0);
            // Residuals are taken relative to σ₁, so that their squares neither overflow nor vanish.
            Tensor largest = s.slice(1, 0, 1).reshape(b, 1, 1);
            Tensor scale = largest.maximum(Tensor.full(a.dtype(), tiny(a.dtype())));
            Tensor sv = vt.multiply(s.reshape(b, s.dim(1), 1).divide(scale));
            Tensor scaled = a.divide(scale);
            Tensor residual = exact
                    ? scaled.subtract(u.matmul(sv))
                    : image(scaled, vt.dim(2)).subtract(u.matmul(image(sv, vt.dim(2))));
            double[] relative = norms(residual, exact);
            double factor = exact ? 1 : Certifier.FACTOR;
            double[] sizes = largest.toArray();
            int worst = 0;
            for (int i = 1; i < relative.length; i++) {
                worst = relative[i] > relative[worst] || Double.isNaN(relative[i]) ? i : worst;
            }
            double share = factor * relative[worst];
            if (exact) {
                share /= norms(scaled.slice(0, worst, worst + 1), true)[0];
            }
            return new Certificate(
                    exact ? Norm.FROBENIUS : Norm.SPECTRAL,
                    factor * relative[worst] * sizes[worst],
                    relative[worst] == 0 ? 0 : share,
                    exact,
                    exact ? 1 : Math.max(0, 1 - b * Math.pow(10, -Certifier.PROBES)),
                    factor * loss(u, exact),
                    factor * loss(vt.permute(0, 2, 1), exact),
                    svd.certificate().driver(),
                    List.of(),
                    1,
                    0);
        }
    }

    /** A·ω of every matrix for all probes. */
    private static Tensor image(Tensor matrices, long columns) {
        return matrices.matmul(Certifier.probes(matrices.device(), matrices.dtype(), columns));
    }

    /** max ‖(I − QᵀQ)ωᵢ‖ over the batch; when exact, of ‖I − QᵀQ‖F. */
    private static double loss(Tensor q, boolean exact) {
        Tensor turned = q.permute(0, 2, 1);
        Tensor loss = exact
                ? Tensor.eye(q.dtype(), q.dim(2)).subtract(turned.matmul(q))
                : Certifier.probes(q.device(), q.dtype(), q.dim(2)).subtract(turned.matmul(image(q, q.dim(2))));
        return Matrices.largest(norms(loss, exact));
    }

    /** For each matrix its norm, or the largest of its columns'. */
    private static double[] norms(Tensor matrices, boolean whole) {
        long b = matrices.dim(0);
        try (Tensor squares = matrices.square();
                Tensor joined = whole
                        ? squares.reshape(b, squares.shape().size() / b).sum(1)
                        : squares.sum(1).max(1);
                Tensor roots = joined.sqrt()) {
            return roots.toArray();
        }
    }

    private static double tiny(DType dtype) {
        return dtype == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
