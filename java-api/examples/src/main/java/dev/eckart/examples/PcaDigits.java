package dev.eckart.examples;

import dev.eckart.io.Csv;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;

/** Principal components of handwritten digits, read from a CSV file of 64 pixels and a label per row. */
public final class PcaDigits {
    private PcaDigits() {}

    /** What {@link #main} prints: how much of the variance the components explain, and how far a digit is from its projection. */
    public static String analyse(Path csv, int components) throws IOException {
        try (Scope scope = Scope.open()) {
            Tensor table = Csv.read(csv).values();
            Tensor pixels = table.slice(1, 0, 64);
            Pca pca = Pca.components(components).fit(pixels);
            double explained = 0;
            for (double ratio : pca.explainedVarianceRatio()) {
                explained += ratio;
            }
            Tensor first = pixels.slice(0, 0, 1);
            Tensor projected = pca.inverse(pca.transform(first));
            return String.format(
                    "%d of 64 components explain %.1f %% of the variance of %d digits; digit 0 keeps all but %.1f %%",
                    components,
                    100 * explained,
                    pixels.dim(0),
                    100 * projected.subtract(first).norm() / first.norm());
        }
    }

    /** The arguments: the file (the demo's digits by default) and the number of components (10). */
    public static void main(String[] args) throws IOException {
        Path csv = Path.of(args.length > 0 ? args[0] : "java-api/cli/src/main/resources/dev/eckart/cli/digits.csv.gz");
        System.out.println(analyse(csv, args.length > 1 ? Integer.parseInt(args[1]) : 10));
    }
}
