package dev.eckart.cli;

import dev.eckart.io.Png;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** The way of the first samples from noise to pictures: a row for each, from left to right. */
final class Strips {
    private static final long MOST_ROWS = 8;
    private static final int MOST_COLUMNS = 11;

    private final int rows;
    private final int steps;
    private final int columns;
    private Tensor pictures;

    Strips(long count, int steps) {
        this.rows = (int) Math.min(count, MOST_ROWS);
        this.steps = steps;
        this.columns = Math.min(steps + 1, MOST_COLUMNS);
    }

    /** The steps after which a column is taken, evenly from 0, the noise, to the last. */
    private int after(int column) {
        return (int) Math.round((double) column * steps / (columns - 1));
    }

    /**
     * Takes those samples that belong to the strips.
     *
     * @param done steps that were made
     * @param first the number of the first sample
     */
    void take(SampleModel model, int done, long first, Tensor samples) {
        for (int column = 0; column < columns; column++) {
            if (after(column) == done && first < rows) {
                try (Scope scope = Scope.open()) {
                    long count = Math.min(samples.dim(0), rows - first);
                    put(column, first, model.shades(samples.slice(0, 0, count)));
                }
            }
        }
    }

    private void put(int column, long first, Tensor shades) {
        if (pictures == null) {
            long[] dims = shades.shape().dims();
            dims[0] = (long) rows * columns;
            pictures = Scope.outside(() -> Tensor.full(DType.F32, 1, dims));
        }
        for (long i = 0; i < shades.dim(0); i++) {
            pictures.select(0, (first + i) * columns + column).assign(shades.select(0, i));
        }
    }

    /** As one picture, with a text beside it. */
    byte[] encode(String parameters) {
        try (Tensor all = pictures;
                Tensor sheet = Png.grid(all, columns, 2)) {
            return Png.encode(sheet, "parameters", parameters);
        }
    }
}
