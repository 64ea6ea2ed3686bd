package dev.eckart.cli.demo;

import dev.eckart.tensor.Tensor;

/** Tells digits apart after looking at labelled examples, with one setting to choose. */
interface Classifier {
    /** Its name for the page. */
    String name();

    /** The settings to choose among, for the page. */
    String[] settings();

    /**
     * Learns from {@code x} (n, d) with n labels, and names the digits of {@code queries} (m, d).
     *
     * @return m guesses for each setting
     */
    int[][] guesses(Tensor x, int[] labels, Tensor queries);

    /** Share of right guesses. */
    static double accuracy(int[] guesses, int[] labels) {
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            right += guesses[i] == labels[i] ? 1 : 0;
        }
        return right / (double) labels.length;
    }

    /** For each row of {@code scores} (m, c), the column of the largest. */
    static int[] largest(Tensor scores) {
        double[][] rows = scores.toMatrix();
        int[] out = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int c = 1; c < rows[i].length; c++) {
                if (rows[i][c] > rows[i][out[i]]) {
                    out[i] = c;
                }
            }
        }
        return out;
    }
}
