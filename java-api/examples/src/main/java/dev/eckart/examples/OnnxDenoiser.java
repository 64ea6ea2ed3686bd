package dev.eckart.examples;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.eckart.diffusion.Ddim;
import dev.eckart.diffusion.Denoiser;
import dev.eckart.diffusion.NoiseLevel;
import dev.eckart.diffusion.NoiseLevels;
import dev.eckart.diffusion.NoiseSchedule;
import dev.eckart.diffusion.Prediction;
import dev.eckart.diffusion.Sampling;
import dev.eckart.diffusion.Spacing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Map;

/**
 * A model of yours, run by ONNX Runtime, as the denoiser of Eckart's samplers. Samples go in and estimates come out without a copy.
 *
 * <p>Here x is the samples (b, d) and w a matrix (d, d), of which the product is the estimate of x₀; another network has an input for
 * the time, {@link NoiseLevel#time}, as well.
 */
public final class OnnxDenoiser implements Denoiser {
    private final OrtSession session;
    private final OrtEnvironment environment;
    private final Tensor variances;

    /** @param variances of independent normal data of mean 0, (d): the matrix is their Wiener filter */
    public OnnxDenoiser(OrtSession session, OrtEnvironment environment, Tensor variances) {
        this.session = session;
        this.environment = environment;
        this.variances = variances;
    }

    @Override
    public Prediction prediction() {
        return Prediction.X0;
    }

    @Override
    public Tensor predict(Tensor x, NoiseLevel level) {
        try (Scope scope = Scope.open()) {
            Tensor filter = filter(level);
            Tensor estimate = Tensor.empty(x.device(), x.dtype(), x.shape().dims());
            try (OnnxTensor in = FromOnnxRuntime.toOnnx(environment, x);
                    OnnxTensor weights = FromOnnxRuntime.toOnnx(environment, filter);
                    OnnxTensor out = FromOnnxRuntime.toOnnx(environment, estimate);
                    OrtSession.Result result = session.run(Map.of("x", in, "w", weights), Map.of("y", out))) {
                return scope.keep(estimate);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("onnx: " + e.getMessage(), e);
        }
    }

    /** diag(α·v/(α²·v + σ²)). */
    private Tensor filter(NoiseLevel level) {
        double noise = level.sigma() * level.sigma();
        Tensor gain = variances
                .multiply(level.alpha())
                .divide(variances.multiply(level.alphaBar()).add(noise));
        return Tensor.eye(variances.dtype(), variances.dim(0)).multiply(gain);
    }

    /** Samples of variances 4 and ¼, and how far their own variances are from these. */
    public static void main(String[] args) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(MatMulModel.bytes());
                Scope scope = Scope.open()) {
            Tensor variances = Tensor.of(new float[] {4, .25f}, 2);
            NoiseLevels levels = NoiseSchedule.cosine(1000).levels(Spacing.TRAILING, 100);
            Denoiser model = new OnnxDenoiser(session, environment, variances);
            Tensor samples = Sampling.of(model, new Ddim(0), levels).batch(5000).sample(20000, 2);
            Tensor away = samples.square().mean(0).divide(variances).subtract(Tensor.of(new float[] {1, 1}, 2));
            System.out.println(away.abs().max().get() < .1 ? "as it should be" : "off by " + away);
        }
    }
}
