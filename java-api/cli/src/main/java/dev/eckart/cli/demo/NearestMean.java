package dev.eckart.cli.demo;

import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** The digit whose mean example is nearest. */
final class NearestMean implements Classifier {
    @Override
    public String name() {
        return "nearest class mean";
    }

    @Override
    public String[] settings() {
        return new String[] {"–"};
    }

    @Override
    public int[][] guesses(Tensor x, int[] labels, Tensor queries) {
        try (Scope scope = Scope.open()) {
            Tensor members = new LabelledImages(x, labels).oneHot();
            Tensor counts = members.sum(0).maximum(Tensor.full(x.dtype(), 1, 1).to(x.device()));
            Tensor means = members.transpose().matmul(x).divide(counts.reshape(LabelledImages.CLASSES, 1));
            // −‖q − μ‖² but for a constant: 2⟨q, μ⟩ − ‖μ‖²
            Tensor scores = queries.matmul(means.transpose())
                    .multiply(2)
                    .subtract(means.square().sum(1));
            return new int[][] {Classifier.largest(scores)};
        }
    }
}
