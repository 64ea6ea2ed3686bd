package dev.eckart.vcf;

import dev.eckart.io.BadFileException;
import dev.eckart.io.Genotypes;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import htsjdk.variant.variantcontext.Genotype;
import htsjdk.variant.variantcontext.VariantContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Variant Call Format 4 ({@code .vcf}, or {@code .vcf.gz} by gzip or bgzip), read by htsjdk
 * (<a href="https://samtools.github.io/hts-specs/VCFv4.3.pdf">VCF 4.3</a>). Thread-safe.
 */
public final class Vcf {
    /** Elements that are gathered before they are put in place. */
    private static final int BLOCK = 1 << 19;

    private Vcf() {}

    /** Whether a file is one by its name, {@code .vcf} or {@code .vcf.gz}. */
    public static boolean isVcf(Path path) {
        String name =
                path.getFileName() == null ? "" : path.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".vcf") || name.endsWith(".vcf.gz");
    }

    /**
     * Reads how many alternate alleles each sample has at each variant: 0, 1 or 2 of the two that GT gives, whichever alternate they
     * are; of one copy (a male's X) it counts twice. NaN where GT, or a part of it, is missing. The file is read twice: to count its lines,
     * then for what is in them, so that beside the result only a block is held.
     *
     * @param dtype F64 or F32
     * @return variants by their ID, or CHROM:POS without
     * @throws BadFileException when the file is missing, torn or corrupt, no VCF, or without genotypes
     */
    public static Genotypes read(Path path, DType dtype) throws IOException {
        if (dtype != DType.F64 && dtype != DType.F32) {
            throw new IllegalArgumentException("vcf: counts with gaps need f64 or f32, not " + dtype);
        }
        long count = VcfLines.count(path);
        if (count > Integer.MAX_VALUE) {
            throw new BadFileException("vcf", path, -1, count + " variants; 2^31 - 1 are supported: split the file");
        }
        try (VcfLines lines = VcfLines.open(path)) {
            List<String> samples = lines.samples();
            if (samples.isEmpty()) {
                throw new BadFileException("vcf", path, -1, "has no samples, and so no genotypes");
            }
            return read(lines, samples, Math.toIntExact(count), dtype);
        }
    }

    private static Genotypes read(VcfLines lines, List<String> samples, int count, DType dtype) throws IOException {
        List<String> variants = new ArrayList<>();
        Tensor counts = Tensor.empty(Device.cpu(), dtype, samples.size(), count);
        try {
            int width = Math.max(1, BLOCK / samples.size());
            for (int from = 0; from < count; from += width) {
                int to = Math.min(count, from + width);
                float[] block = new float[samples.size() * (to - from)];
                for (int v = from; v < to; v++) {
                    VariantContext variant = lines.next();
                    variants.add(name(variant));
                    fill(block, (v - from) * samples.size(), variant, samples.size());
                }
                put(counts, from, to, block);
            }
            lines.requireEnd();
            return new Genotypes(samples, List.of(), List.copyOf(variants), counts);
        } catch (IOException | RuntimeException | Error e) {
            counts.close();
            throw e;
        }
    }

    private static String name(VariantContext variant) {
        return variant.hasID() ? variant.getID() : variant.getContig() + ":" + variant.getStart();
    }

    private static void fill(float[] block, int at, VariantContext variant, int samples) {
        for (int s = 0; s < samples; s++) {
            block[at + s] = alternates(variant.getGenotype(s));
        }
    }

    private static float alternates(Genotype genotype) {
        int ploidy = genotype.getPloidy();
        int alternate = 0;
        for (int i = 0; i < ploidy; i++) {
            if (genotype.getAllele(i).isNoCall()) {
                return Float.NaN;
            }
            alternate += genotype.getAllele(i).isReference() ? 0 : 1;
        }
        return ploidy == 0 ? Float.NaN : 2f * alternate / ploidy;
    }

    private static void put(Tensor out, int from, int to, float[] variantMajor) {
        try (Scope scope = Scope.open()) {
            Tensor block = Tensor.of(variantMajor, to - from, out.dim(0));
            out.slice(1, from, to).assign(block.transpose());
        }
    }
}
