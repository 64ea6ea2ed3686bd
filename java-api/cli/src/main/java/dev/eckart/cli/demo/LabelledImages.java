package dev.eckart.cli.demo;

import dev.eckart.tensor.Tensor;
import java.util.SplittableRandom;

/**
 * Pictures of digits with what they show.
 *
 * @param images (n, height·width), 0 is paper and 1 ink; F64 or F32
 * @param labels n digits, 0..9
 */
record LabelledImages(Tensor images, int[] labels) {
    /** How many kinds of digit there are. */
    static final int CLASSES = 10;

    LabelledImages {
        if (images.dim(0) != labels.length) {
            throw new IllegalArgumentException("digits: " + images.dim(0) + " pictures and " + labels.length
                    + " labels; both are needed for each");
        }
    }

    int count() {
        return labels.length;
    }

    /** These rows, as a copy. */
    LabelledImages take(int... index) {
        int[] chosen = new int[index.length];
        for (int i = 0; i < index.length; i++) {
            chosen[i] = labels[index[i]];
        }
        return new LabelledImages(Rows.take(images, index), chosen);
    }

    /** The rows that show {@code digit}. */
    int[] showing(int digit) {
        return java.util.stream.IntStream.range(0, labels.length)
                .filter(i -> labels[i] == digit)
                .toArray();
    }

    /** A random row for each digit 0..9, of those that occur. */
    int[] oneOfEach(SplittableRandom random) {
        return java.util.stream.IntStream.range(0, CLASSES)
                .mapToObj(this::showing)
                .filter(rows -> rows.length > 0)
                .mapToInt(rows -> rows[random.nextInt(rows.length)])
                .toArray();
    }

    /** (n, 10): 1 in the column of the label, else 0. */
    Tensor oneHot() {
        double[] ones = new double[labels.length * CLASSES];
        for (int i = 0; i < labels.length; i++) {
            ones[i * CLASSES + labels[i]] = 1;
        }
        try (Tensor host = Tensor.of(ones, labels.length, CLASSES);
                Tensor typed = host.to(images.dtype())) {
            return typed.to(images.device());
        }
    }
}
