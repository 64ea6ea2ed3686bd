package dev.eckart.benchmarks;

import dev.eckart.diffusion.Denoiser;
import dev.eckart.diffusion.DiffusionTransformer;
import dev.eckart.diffusion.EmpiricalDenoiser;
import dev.eckart.diffusion.NoiseLevel;
import dev.eckart.diffusion.NoiseLevels;
import dev.eckart.diffusion.NoiseSchedule;
import dev.eckart.diffusion.Prediction;
import dev.eckart.diffusion.Samplers;
import dev.eckart.diffusion.Sampling;
import dev.eckart.diffusion.Spacing;
import dev.eckart.io.Idx;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a denoiser of a training set takes beside the two products that it is made of, and what samplers take beside their network. Both
 * sides are timed within the same rounds of one JVM.
 *
 * <p>Prints lines of a name and the seconds of both sides, separated by tabs, one for each round.
 */
public final class DiffusionRates {
    private static final int WARM_UP = 3;
    /** Runs of a sampler alone until the JVM has compiled it; before that a step of its own takes ten times as long. */
    private static final int COMPILED = 300;

    private static final int BATCH = 64;
    private static final int STEPS = 5;

    private DiffusionRates() {}

    /** Arguments: the number of rounds, an IDX file of pictures, a transformer's weights. */
    public static void main(String[] args) throws IOException {
        int rounds = Integer.parseInt(args[0]);
        empirical(rounds, Path.of(args[1]));
        try (DiffusionTransformer model = DiffusionTransformer.read(Path.of(args[2]), DType.F32, Device.cpu())) {
            for (int batch : new int[] {1, BATCH}) {
                for (String sampler : Samplers.names()) {
                    sampler(rounds, model, sampler, batch);
                }
            }
        }
    }

    private static void empirical(int rounds, Path pictures) throws IOException {
        try (Scope scope = Scope.open()) {
            Tensor read = Idx.read(pictures).to(DType.F32);
            Tensor data = read.reshape(read.dim(0), -1).multiply(2 / 255.).add(-1);
            Tensor x = Tensor.normal(DType.F32, 1, BATCH, data.dim(1));
            NoiseLevel level = NoiseLevel.ofAlphaBar(500, .5);
            try (EmpiricalDenoiser denoiser = EmpiricalDenoiser.of(data)) {
                for (int i = -WARM_UP; i < rounds; i++) {
                    long start = System.nanoTime();
                    try (Scope inner = Scope.open()) {
                        denoiser.predict(x, level);
                    }
                    long between = System.nanoTime();
                    try (Scope inner = Scope.open()) {
                        x.matmul(data.transpose()).matmul(data);
                    }
                    print(i, "empirical", between - start, System.nanoTime() - between);
                }
            }
        }
    }

    /** All of the steps, and of that the network's part. */
    private static void sampler(int rounds, DiffusionTransformer model, String name, int batch) {
        NoiseLevels levels = NoiseSchedule.cosine(1000).levels(Spacing.TRAILING, STEPS);
        for (int i = 0; batch == 1 && i < COMPILED; i++) {
            Sampling.of(new Half(), Samplers.named(name), levels)
                    .sample(1, model.pictures())
                    .close();
        }
        Timed timed = new Timed(model);
        Sampling sampling = Sampling.of(timed, Samplers.named(name), levels).batch(batch);
        for (int i = -WARM_UP; i < (batch == 1 ? 10 : 1) * rounds; i++) {
            timed.nanoseconds = 0;
            long start = System.nanoTime();
            try (Tensor samples = sampling.sample(batch, model.pictures())) {
                print(i, name + " batch " + batch, System.nanoTime() - start, timed.nanoseconds);
            }
        }
    }

    private static void print(int round, String name, long ours, long theirs) {
        if (round >= 0) {
            System.out.printf("%s\t%.9f\t%.9f%n", name, ours * 1e-9, theirs * 1e-9);
        }
    }

    /** Takes no time. */
    private record Half() implements Denoiser {
        @Override
        public Prediction prediction() {
            return Prediction.EPSILON;
        }

        @Override
        public Tensor predict(Tensor x, NoiseLevel level) {
            return x.multiply(.5);
        }
    }

    /** Sums up the time of its predictions. */
    private static final class Timed implements Denoiser {
        private final Denoiser network;
        private long nanoseconds;

        Timed(Denoiser network) {
            this.network = network;
        }

        @Override
        public Prediction prediction() {
            return network.prediction();
        }

        @Override
        public Tensor predict(Tensor x, NoiseLevel level) {
            long start = System.nanoTime();
            Tensor answer = network.predict(x, level);
            nanoseconds += System.nanoTime() - start;
            return answer;
        }
    }
}
