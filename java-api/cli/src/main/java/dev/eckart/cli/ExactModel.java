package dev.eckart.cli;

import dev.eckart.diffusion.Denoiser;
import dev.eckart.diffusion.EmpiricalDenoiser;
import dev.eckart.diffusion.Guidance;
import dev.eckart.diffusion.PcaDenoiser;
import dev.eckart.linalg.Certificate;
import dev.eckart.memory.DType;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Tensor;
import java.nio.file.Path;

/**
 * The exact denoiser of data.
 *
 * @param kind pca or empirical
 * @param known the rows of the label that was asked for; null: none was
 */
record ExactModel(Path file, String kind, TrainingSet set, Tensor known, double guidance, long seed)
        implements SampleModel {
    @Override
    public DType dtype() {
        return set.rows().dtype();
    }

    @Override
    public long[] sample() {
        return set.shape();
    }

    @Override
    public Tensor shades(Tensor samples) {
        return set.shades(samples);
    }

    @Override
    public Denoiser denoiser() {
        if (known == null) {
            return denoiser(set.rows());
        }
        return guidance == 1 ? denoiser(known) : new Guidance(denoiser(known), denoiser(set.rows()), guidance);
    }

    private Denoiser denoiser(Tensor rows) {
        if (kind.equals("empirical")) {
            return EmpiricalDenoiser.of(rows);
        }
        long n = rows.dim(0);
        if (n < 2) {
            throw new UsageException(file + ": a covariance takes at least two pictures, there is " + n);
        }
        return PcaDenoiser.of(Pca.components(Math.min(n - 1, rows.dim(1)))
                .certify(Certificate.Level.NONE)
                .seed(seed)
                .fit(rows));
    }

    @Override
    public String describe() {
        return "the exact denoiser (" + kind + ") of " + set.rows().shape();
    }

    /** Two products with the data, or with its components. */
    @Override
    public double flops() {
        long n = set.rows().dim(0);
        long d = set.rows().dim(1);
        double each = 4.0 * d * (kind.equals("pca") ? Math.min(n - 1, d) : n);
        return known == null || guidance == 1 ? each : 2 * each;
    }
}
