package dev.eckart.diffusion;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * Makes samples: a denoiser, a sampler and the levels it goes along.
 *
 * <pre>{@code
 * NoiseLevels levels = NoiseSchedule.cosine(1000).levels(Spacing.TRAILING, 50);
 * Tensor images = Sampling.of(denoiser, new DpmSolverPlusPlus(), levels).seed(7).sample(16, 784);
 * }</pre>
 *
 * <p>The noise of a sample depends on the seed, its number and the step alone, not on the batch. Each method but the last ones returns
 * this object. Not thread-safe.
 */
public final class Sampling {
    /** What watches the way from noise to data. */
    @FunctionalInterface
    public interface Observer {
        /**
         * After a step.
         *
         * @param step its number, from 0
         * @param firstSample the number of the first of the samples
         * @param x the samples (b, …), overwritten by the next step
         * @param level their level
         */
        void after(int step, long firstSample, Tensor x, NoiseLevel level);
    }

    /** Makes the samples from {@code first} on at the first level, in place. */
    @FunctionalInterface
    private interface Start {
        void fill(long first, Tensor x);
    }

    /** Puts what is given into samples at a level. */
    @FunctionalInterface
    private interface Correction {
        void apply(int step, long first, Tensor x, NoiseLevel level);
    }

    /** Noise that covers known parts is none that a sampler draws. */
    private static final long KNOWN = 1L << 31;

    private final Denoiser denoiser;
    private final Sampler sampler;
    private final NoiseLevels levels;
    private NoiseSource noise = NoiseSource.seeded(0);
    private Threshold threshold = Threshold.none();
    private long batch = 64;
    private boolean deterministic;
    private DType dtype = DType.F32;
    private Device device = Device.cpu();
    private Observer observer = (step, first, x, level) -> {};

    private Sampling(Denoiser denoiser, Sampler sampler, NoiseLevels levels) {
        this.denoiser = denoiser;
        this.sampler = sampler;
        this.levels = levels;
    }

    /** Sampling with seed 0, 64 samples at a time, F32 on the host, no threshold. */
    public static Sampling of(Denoiser denoiser, Sampler sampler, NoiseLevels levels) {
        return new Sampling(denoiser, sampler, levels);
    }

    /** The seed of all noise. */
    public Sampling seed(long seed) {
        return noise(NoiseSource.seeded(seed));
    }

    /** Where all noise comes from. */
    public Sampling noise(NoiseSource source) {
        this.noise = source;
        return this;
    }

    /** How many samples go through the denoiser at a time; more are made in chunks. */
    public Sampling batch(long samples) {
        if (samples < 1) {
            throw new IllegalArgumentException("sampling: batch " + samples + "; take at least 1");
        }
        this.batch = samples;
        return this;
    }

    /**
     * Asks the denoiser for one sample at a time: a product's rounding depends on how many rows it has, and so would the last bits of a
     * sample on the batch it is in. Slower.
     */
    public Sampling deterministic() {
        this.deterministic = true;
        return this;
    }

    /** The type of samples made from noise, F64 or F32. */
    public Sampling dtype(DType type) {
        if (type != DType.F64 && type != DType.F32) {
            throw new IllegalArgumentException("sampling: samples are f64 or f32, not " + type);
        }
        this.dtype = type;
        return this;
    }

    /** Where samples are made from noise. */
    public Sampling device(Device place) {
        this.device = place;
        return this;
    }

    /** What keeps estimates in range. */
    public Sampling threshold(Threshold choice) {
        this.threshold = choice;
        return this;
    }

    /** What is told of each step. */
    public Sampling observer(Observer choice) {
        this.observer = choice;
        return this;
    }

    /**
     * Samples from noise.
     *
     * @param count how many, at least 1
     * @param shape of each
     * @return (count, shape…)
     * @throws ArithmeticException when the denoiser returns NaN or infinity: the sampler, the step and the place
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    public Tensor sample(long count, long... shape) {
        if (count < 1) {
            throw new IllegalArgumentException("sampling: " + count + " samples; take at least 1");
        }
        return run(Tensor.empty(device, dtype, dims(count, shape)), this::pureNoise, nothingKnown());
    }

    /**
     * Goes on from samples at the first level.
     *
     * @param x (n, …), F64 or F32; stays as it is
     * @return of the same shape
     */
    public Tensor resume(Tensor x) {
        check("resume", x);
        return run(empty(x), (first, part) -> part.assign(chunk(x, first, part)), nothingKnown());
    }

    /**
     * Variations of given samples: they are noised to the first level, {@link NoiseLevels#lastSteps} of some, and denoised again (Meng et
     * al. 2022, SDEdit).
     *
     * @param clean (n, …), F64 or F32; stays as it is
     * @return of the same shape
     */
    public Tensor vary(Tensor clean) {
        check("vary", clean);
        return run(
                empty(clean),
                (first, x) -> x.assign(noised(0, first, chunk(clean, first, x), levels.first())),
                nothingKnown());
    }

    /**
     * Fills what is missing: samples start from noise, and after each step what is known is put back, with as much noise as the level has
     * (Lugmayr et al. 2022, RePaint, eq. 8, without its resampling).
     *
     * @param known (n, …), F64 or F32; what is missing in it may be anything finite
     * @param mask stretches to the shape of known, of its type: 1 where known, 0 where missing, between to blend
     * @return of the shape of known
     */
    public Tensor inpaint(Tensor known, Tensor mask) {
        check("inpaint", known);
        if (mask.dtype() != known.dtype()
                || !Shape.broadcast("inpaint", mask.shape(), known.shape()).equals(known.shape())) {
            throw new IllegalArgumentException("inpaint: mask " + mask.shape() + " " + mask.dtype() + " for samples "
                    + known.shape() + " " + known.dtype() + "; it has to stretch to that shape, in that type");
        }
        try (Scope scope = Scope.open()) {
            Tensor everywhere = mask.broadcastTo(known.shape().dims());
            Correction putBack = (step, first, x, level) -> {
                Tensor given = chunk(known, first, x);
                Tensor noisy = level.isClean() ? given : noised(KNOWN + step, first, given, level);
                Tensor m = chunk(everywhere, first, x);
                // Not x + m·(noisy − x), which would leave rounding in what is known.
                x.assign(m.multiply(noisy).add(m.negate().add(1).multiply(x)));
            };
            return scope.keep(run(empty(known), this::pureNoise, putBack));
        }
    }

    private static Correction nothingKnown() {
        return (step, first, x, level) -> {};
    }

    private void pureNoise(long first, Tensor x) {
        x.assign(noise.draw(0, first, x.dtype(), x.device(), x.shape().dims()));
    }

    private Tensor noised(long step, long first, Tensor clean, NoiseLevel level) {
        Tensor epsilon = noise.draw(
                step, first, clean.dtype(), clean.device(), clean.shape().dims());
        return ForwardProcess.noised(clean, level, epsilon);
    }

    /** The part of {@code all} that belongs to {@code x}. */
    private static Tensor chunk(Tensor all, long first, Tensor x) {
        return all.slice(0, first, first + x.dim(0));
    }

    private static Tensor empty(Tensor like) {
        return Tensor.empty(like.device(), like.dtype(), like.shape().dims());
    }

    private Tensor run(Tensor out, Start start, Correction correction) {
        try {
            for (long first = 0; first < out.dim(0); first += batch) {
                try (Tensor x = out.slice(0, first, Math.min(first + batch, out.dim(0)))) {
                    try (Scope scope = Scope.open()) {
                        start.fill(first, x);
                    }
                    walk(first, x, correction);
                }
            }
            return out;
        } catch (RuntimeException | Error e) {
            out.close();
            throw e;
        }
    }

    /** All steps of one chunk, in place. */
    private void walk(long first, Tensor x, Correction correction) {
        Estimator estimator = new Estimator(deterministic ? new OneByOne(denoiser) : denoiser, threshold);
        try (Sampler.Stepper stepper = sampler.begin()) {
            for (int i = 0; i < levels.steps(); i++) {
                Step step = new Step(estimator, noise, sampler.name(), levels, i, first, x);
                Interrupts.check(step.where());
                try (Scope scope = Scope.open()) {
                    x.assign(stepper.step(step));
                    correction.apply(i + 1, first, x, step.to());
                    observer.after(i, first, x, step.to());
                }
            }
        }
    }

    private static void check(String operation, Tensor x) {
        boolean real = x.dtype() == DType.F64 || x.dtype() == DType.F32;
        if (!real || x.shape().rank() == 0) {
            throw new IllegalArgumentException(operation + ": samples " + x.shape() + " " + x.dtype()
                    + "; needed are (n, …) in f64 or f32: cast with to(DType.F32)");
        }
        long bad = x.backend().firstNonFinite(x.view());
        if (bad >= 0) {
            Shape place = Samples.place(x.shape(), bad);
            throw new IllegalArgumentException(operation + ": element " + place + " of " + x.shape() + " is "
                    + x.get(place.dims()) + "; samples have to be finite");
        }
    }

    private static long[] dims(long count, long... shape) {
        long[] dims = new long[shape.length + 1];
        dims[0] = count;
        System.arraycopy(shape, 0, dims, 1, shape.length);
        return dims;
    }
}
