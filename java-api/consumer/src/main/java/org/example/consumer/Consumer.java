package org.example.consumer;

import dev.eckart.io.Csv;
import dev.eckart.io.Npy;
import dev.eckart.linalg.Svd;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Uses one thing of each package. Arguments: where Eckart's jar is expected, whether that is a module (true or false), and a folder
 * for files.
 */
public final class Consumer {
    private Consumer() {}

    public static void main(String[] args) throws IOException {
        Module module = Tensor.class.getModule();
        String origin = module.isNamed()
                ? module.getLayer().configuration().findModule(module.getName()).orElseThrow()
                        .reference().location().orElseThrow().getPath()
                : Tensor.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        require(origin.startsWith(args[0]), "Eckart comes from " + origin + ", not from " + args[0]);
        require(module.isNamed() == Boolean.parseBoolean(args[1]), "Eckart is in " + module);

        Path folder = Path.of(args[2]);
        Path csv = Files.writeString(folder.resolve("in.csv"), "3,0\n4,5\n");
        try (Scope scope = Scope.open()) {
            Tensor a = Csv.read(csv).values();
            Svd svd = Svd.of(a);
            require(Math.abs(svd.s().get(0) - 3 * Math.sqrt(5)) < 1e-14, "singular values " + svd.s());
            // A bound from random vectors: some ten times the error itself.
            require(svd.certificate().relativeResidual() < 1e-13, "certificate " + svd.certificate());
            Npy.write(folder.resolve("out.npy"), a);
            require(Npy.read(folder.resolve("out.npy")).subtract(a).norm() == 0, "a round trip changed the matrix");
            require(Pca.components(1).fit(a).components().dim(0) == 1, "number of components");
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
