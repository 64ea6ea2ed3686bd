package dev.eckart.diffusion;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Recording;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Optional;

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

    /**
     * What is known of samples.
     *
     * @param values (n, …)
     * @param mask of the same shape: 1 where known, 0 where missing
     */
    private record Known(Tensor values, Tensor mask) {
        Known part(long first, long count) {
            return new Known(values.slice(0, first, first + count), mask.slice(0, first, first + count));
        }

        Known copy() {
            return new Known(values.copy(), mask.copy());
        }

        void assign(Known other) {
            values.assign(other.values);
            mask.assign(other.mask);
        }

        /** Puts it back into samples at a level. */
        void putInto(Tensor x, Tensor noisy) {
            // Not x + m·(noisy − x), which would leave rounding in what is known.
            x.assign(mask.multiply(noisy).add(mask.negate().add(1).multiply(x)));
        }
    }

    /**
     * Samples on their way.
     *
     * @param first the number of the first one
     * @param x overwritten by each step
     * @param noise theirs
     */
    private record Batch(long first, Tensor x, NoiseSource noise, Optional<Known> known) {}

    /** Noise that covers known parts is none that a sampler draws. */
    private static final long KNOWN = 1L << 31;

    private static final Observer NOBODY = (step, first, x, level) -> {};

    private final Denoiser denoiser;
    private final Sampler sampler;
    private final NoiseLevels levels;
    private NoiseSource noise = NoiseSource.seeded(0);
    private Threshold threshold = Threshold.none();
    private long batch = 64;
    private boolean deterministic;
    private boolean recorded;
    private DType dtype = DType.F32;
    private Device device = Device.cpu();
    private Observer observer = NOBODY;

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

    /**
     * Records all steps of the first batch and does them again for each further one: on a GPU a batch is then one launch (CUDA graphs,
     * {@link Recording}), where one by one the host may take longer to start a small network's operations than the device to do them.
     * For seeded noise and more than one full batch. The denoiser and the threshold must do the same each time, and read no values: those
     * of this package do. NaN is looked for, and an interrupt seen, after a batch. The device keeps a record of every operation of every
     * step, so that this is for up to some hundred steps.
     */
    public Sampling recorded() {
        this.recorded = true;
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
     * @throws ArithmeticException when the denoiser returns NaN or infinity: the sampler, the step and the place. On a GPU up to 16 of its
     *     answers later, unless there is an observer
     * @throws IllegalStateException when steps are {@link #recorded} and do what can't be done again, naming it
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    public Tensor sample(long count, long... shape) {
        if (count < 1) {
            throw new IllegalArgumentException("sampling: " + count + " samples; take at least 1");
        }
        return run(Tensor.empty(device, dtype, dims(count, shape)), this::pureNoise, Optional.empty());
    }

    /**
     * Goes on from samples at the first level.
     *
     * @param x (n, …), F64 or F32; stays as it is
     * @return of the same shape
     */
    public Tensor resume(Tensor x) {
        check("resume", x);
        return run(empty(x), (first, part) -> part.assign(chunk(x, first, part)), Optional.empty());
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
                (first, x) -> x.assign(noised(noise, 0, first, chunk(clean, first, x), levels.first())),
                Optional.empty());
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
            return scope.keep(run(empty(known), this::pureNoise, Optional.of(new Known(known, everywhere))));
        }
    }

    private void pureNoise(long first, Tensor x) {
        x.assign(noise.draw(0, first, x.dtype(), x.device(), x.shape().dims()));
    }

    private static Tensor noised(NoiseSource noise, long step, long first, Tensor clean, NoiseLevel level) {
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

    private Tensor run(Tensor out, Start start, Optional<Known> known) {
        try {
            for (long first = runRecorded(out, start, known); first < out.dim(0); first += batch) {
                try (Scope scope = Scope.open();
                        Answers answers = observer == NOBODY ? Answers.ofSome() : Answers.atOnce()) {
                    Tensor x = out.slice(0, first, Math.min(first + batch, out.dim(0)));
                    fill(start, first, x);
                    long from = first;
                    walk(new Batch(first, x, noise, known.map(k -> k.part(from, x.dim(0)))), answers);
                    answers.settle();
                }
            }
            return out;
        } catch (RuntimeException | Error e) {
            out.close();
            throw e;
        }
    }

    private static void fill(Start start, long first, Tensor x) {
        try (Scope scope = Scope.open()) {
            start.fill(first, x);
        }
    }

    /** Makes the full batches by a recording of the first one's steps; how many samples these are. */
    private long runRecorded(Tensor out, Start start, Optional<Known> known) {
        long batches = recorded ? out.dim(0) / batch : 0;
        if (recorded && (!(noise instanceof SeededNoise) || observer != NOBODY)) {
            throw new IllegalArgumentException("sampling: recorded steps take seeded noise, and nobody observes them;"
                    + " leave out recorded(), or what was set");
        }
        if (batches < 2) {
            return 0;
        }
        SeededNoise seeded = (SeededNoise) noise;
        try (Scope scope = Scope.open();
                Answers answers = Answers.later()) {
            Tensor x = Tensor.empty(
                    out.device(), out.dtype(), out.shape().with(0, batch).dims());
            Tensor streams = SeededNoise.streams(0, batch).to(out.device());
            NoiseSource drawn = (step, first, type, place, shape) -> seeded.draw(step, streams, type, shape);
            Batch each = new Batch(0, x, drawn, known.map(k -> k.part(0, batch).copy()));
            fill(start, 0, x);
            Runnable steps = () -> {
                answers.again();
                walk(each, answers);
            };
            try (Recording recording = Recording.of(out.device(), steps)) {
                out.slice(0, 0, batch).assign(x);
                answers.settle();
                for (long first = batch; first < batches * batch; first += batch) {
                    Interrupts.check(sampler.name());
                    try (Scope inner = Scope.open()) {
                        start.fill(first, x);
                        streams.assign(SeededNoise.streams(first, batch).to(out.device()));
                        if (known.isPresent()) {
                            each.known().orElseThrow().assign(known.get().part(first, batch));
                        }
                        recording.replay();
                        out.slice(0, first, first + batch).assign(x);
                    }
                    answers.settle();
                }
            }
        }
        return batches * batch;
    }

    /** All steps of a batch, in place. */
    private void walk(Batch batch, Answers answers) {
        Estimator estimator = new Estimator(deterministic ? new OneByOne(denoiser) : denoiser, threshold, answers);
        Tensor x = batch.x();
        try (Sampler.Stepper stepper = sampler.begin()) {
            for (int i = 0; i < levels.steps(); i++) {
                Step step = new Step(estimator, batch.noise(), sampler.name(), levels, i, batch.first(), x);
                Interrupts.check(step.where());
                try (Scope scope = Scope.open()) {
                    x.assign(stepper.step(step));
                    if (batch.known().isPresent()) {
                        putBack(i + 1, batch, step.to());
                    }
                    observer.after(i, batch.first(), x, step.to());
                }
            }
        }
    }

    private static void putBack(int step, Batch batch, NoiseLevel level) {
        Known known = batch.known().orElseThrow();
        Tensor given = known.values();
        known.putInto(
                batch.x(), level.isClean() ? given : noised(batch.noise(), KNOWN + step, batch.first(), given, level));
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
