package dev.eckart.cli.demo;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.SplittableRandom;

/**
 * A square that hides a part of a picture.
 *
 * @param height of the picture
 * @param width of the picture
 * @param top first hidden line
 * @param left first hidden column
 * @param side of the square
 */
record Cover(int height, int width, int top, int left, int side) {
    /** A square of half the picture's height, at a random place that is not at its very edge. */
    static Cover draw(int height, int width, SplittableRandom random) {
        int side = height / 2;
        int edge = height / 8;
        return new Cover(
                height,
                width,
                random.nextInt(edge, height - side - edge + 1),
                random.nextInt(edge, width - side - edge + 1),
                side);
    }

    int pixels() {
        return side * side;
    }

    /** (height·width): 1 where the picture is visible, 0 where it is hidden. */
    Tensor visible(DType dtype) {
        try (Tensor mask = Tensor.full(dtype, 1, height, width)) {
            try (Tensor lines = mask.slice(0, top, top + side);
                    Tensor square = lines.slice(1, left, left + side)) {
                square.fill(0);
            }
            return mask.reshape(height * width);
        }
    }
}
