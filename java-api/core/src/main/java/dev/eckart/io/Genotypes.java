package dev.eckart.io;

import dev.eckart.tensor.Tensor;
import java.util.List;

/**
 * How often each sample carries an allele of each variant. Closing it closes the counts.
 *
 * @param samples their names, n
 * @param families of the samples, n; empty where the format has none
 * @param variants their names, m
 * @param counts (n, m) on the host, 0 to 2, NaN where missing
 */
public record Genotypes(List<String> samples, List<String> families, List<String> variants, Tensor counts)
        implements AutoCloseable {
    @Override
    public void close() {
        counts.close();
    }
}
