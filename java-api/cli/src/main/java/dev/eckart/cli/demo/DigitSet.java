package dev.eckart.cli.demo;

import dev.eckart.cli.page.Picture;
import dev.eckart.tensor.Tensor;
import java.util.Optional;

/**
 * A data set of digits.
 *
 * @param name as {@code --data} has it
 * @param description for the page, plain text
 * @param train all pictures but those of {@code test}
 * @param test the pictures that the data set keeps for a last test, when it has some
 * @param height of a picture in pixels
 * @param width of a picture in pixels
 */
record DigitSet(
        String name, String description, LabelledImages train, Optional<LabelledImages> test, int height, int width) {
    /** A row of pixels (height·width) as ink on paper. */
    Picture ink(Tensor row, String alt) {
        try (Tensor image = row.reshape(height, width)) {
            return Picture.ink(image, alt);
        }
    }

    /** A row of signed numbers (height·width) in two colours. */
    Picture signed(Tensor row, double limit, String alt) {
        try (Tensor image = row.reshape(height, width)) {
            return Picture.signed(image, limit, alt);
        }
    }

    /** Row {@code i} of {@code rows} as ink on paper. */
    Picture ink(Tensor rows, int i, String alt) {
        try (Tensor row = rows.select(0, i)) {
            return ink(row, alt);
        }
    }
}
