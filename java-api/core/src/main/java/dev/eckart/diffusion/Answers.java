package dev.eckart.diffusion;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What a denoiser answered, held against NaN and infinity. Looking at a number of a device waits for all that was started there, so
 * that the places of bad ones are kept there and looked at some answers later.
 */
final class Answers implements AutoCloseable {
    /** At most so many are unknown at a time, where a device computes while the host goes on. */
    private static final int SOME = 16;

    private static final int BLOCK = 64;

    private final int most;
    private final List<Answer> answers = new ArrayList<>();

    /** For each answer the first bad place, or -1; I64. */
    private final List<Tensor> places = new ArrayList<>();

    /** @param where the sampler and its step */
    private record Answer(String where, NoiseLevel level, Shape shape, DType dtype) {
        ArithmeticException bad(long linear, String number) {
            return new ArithmeticException(where + ": the denoiser returned " + number + " at "
                    + Samples.place(shape, linear) + " of " + shape + ", time " + (float) level.time()
                    + "; see whether it overflows in " + dtype + ", or takes times of another schedule");
        }
    }

    private Answers(int most) {
        this.most = most;
    }

    /** Each is looked at as it comes. */
    static Answers atOnce() {
        return new Answers(1);
    }

    /** On a device some are looked at together. */
    static Answers ofSome() {
        return new Answers(SOME);
    }

    /** None is looked at before {@link #settle}. */
    static Answers later() {
        return new Answers(Integer.MAX_VALUE);
    }

    /** Forgets what was not looked at: what comes is done again. */
    void again() {
        answers.clear();
    }

    /**
     * Holds one against NaN and infinity.
     *
     * @throws ArithmeticException for it, or one before it
     */
    void add(String where, NoiseLevel level, Tensor tensor) {
        Answer answer = new Answer(where, level, tensor.shape(), tensor.dtype());
        if (most == 1 || most == SOME && !tensor.backend().records()) {
            long bad = tensor.backend().firstNonFinite(tensor.view());
            if (bad >= 0) {
                double number = tensor.get(Samples.place(tensor.shape(), bad).dims());
                throw answer.bad(bad, Double.toString(number));
            }
            return;
        }
        if (answers.size() == places.size() * BLOCK) {
            places.add(Scope.outside(() -> Tensor.empty(tensor.device(), DType.I64, BLOCK)));
        }
        int i = answers.size();
        answers.add(answer);
        try (Tensor place = places.get(i / BLOCK).slice(0, i % BLOCK, i % BLOCK + 1)) {
            tensor.backend().firstNonFinite(tensor.view(), place.view());
        }
        if (answers.size() == most) {
            settle();
            again();
        }
    }

    /**
     * Looks at all; they stay, for when the same work is done again.
     *
     * @throws ArithmeticException for the first one with NaN or infinity
     */
    void settle() {
        long[] block = {};
        for (int i = 0; i < answers.size(); i++) {
            block = i % BLOCK == 0 ? places.get(i / BLOCK).toLongArray() : block;
            if (block[i % BLOCK] >= 0) {
                throw answers.get(i).bad(block[i % BLOCK], "NaN or infinity");
            }
        }
    }

    @Override
    public void close() {
        answers.clear();
        places.forEach(Tensor::close);
        places.clear();
    }
}
