package dev.eckart.io;

import dev.eckart.memory.Bytes;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Genotypes of PLINK 1: {@code F.bed}, two bits for each, with {@code F.fam}, a line for each sample, and {@code F.bim}, one for each
 * variant, beside it (<a href="https://www.cog-genomics.org/plink/1.9/formats#bed">PLINK 1.9, file formats</a>). Thread-safe.
 */
public final class Plink {
    private static final int HEADER = 3;
    private static final int COLUMNS = 6; // of .fam and .bim

    /** Elements that are decoded at once. */
    private static final int BLOCK = 1 << 19;

    /** By the two bits: both copies A1, missing, one of each, both A2. */
    private static final float[] COUNTS = {2, Float.NaN, 1, 0};

    private Plink() {}

    /** Whether a file is one by its name, {@code .bed}. */
    public static boolean isBed(Path path) {
        return path.getFileName() != null
                && path.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".bed");
    }

    /**
     * Reads the counts of each variant's first allele (A1 of the {@code .bim} file), as PLINK counts them.
     *
     * @param bed the {@code .bed} file, SNP-major
     * @param dtype F64 or F32
     * @throws BadFileException when one of the three is missing, torn or no such file, when they do not belong together, or when the
     *     {@code .bed} is sample-major
     */
    public static Genotypes read(Path bed, DType dtype) throws IOException {
        if (dtype != DType.F64 && dtype != DType.F32) {
            throw new IllegalArgumentException("bed: counts with gaps need f64 or f32, not " + dtype);
        }
        if (!isBed(bed)) {
            throw new BadFileException(
                    "bed", bed, -1, "its name does not end in .bed; .bim and .fam are found by that");
        }
        InputFile file = new InputFile("bed", bed);
        return file.readSized(channel -> {
            requireMagic(file, channel);
            List<String[]> fam = lines(beside(bed, ".fam"), "fam", 2);
            List<String[]> bim = lines(beside(bed, ".bim"), "bim", 2);
            long stride = (fam.size() + 3L) / 4;
            requireSize(file, channel, fam.size(), bim.size(), HEADER + stride * bim.size());
            return new Genotypes(
                    fam.stream().map(cells -> cells[1]).toList(),
                    fam.stream().map(cells -> cells[0]).toList(),
                    bim.stream().map(cells -> cells[1]).toList(),
                    counts(new ChannelSource(file, channel, HEADER), fam.size(), bim.size(), dtype));
        });
    }

    /** The families (first column of the {@code .fam} file) of the samples of a {@code .bed} file. */
    public static List<String> families(Path bed) throws IOException {
        return lines(beside(bed, ".fam"), "fam", 1).stream()
                .map(cells -> cells[0])
                .toList();
    }

    private static Path beside(Path bed, String suffix) {
        String name = bed.getFileName().toString();
        return bed.resolveSibling(name.substring(0, name.length() - ".bed".length()) + suffix);
    }

    private static void requireMagic(InputFile file, FileChannel channel) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEADER);
        while (head.hasRemaining() && channel.read(head, head.position()) >= 0) {}
        if (head.hasRemaining()) {
            throw file.bad(head.position(), "the file ends here, within its first 3 bytes; fetch it again");
        }
        if (head.get(0) != 0x6c || head.get(1) != 0x1b) {
            throw file.bad(
                    0,
                    "is no PLINK 1 .bed file: it does not begin with 6c 1b"
                            + " (a BED file of intervals is another format)");
        }
        if (head.get(2) == 0) {
            throw file.bad(2, "is sample-major; have PLINK write it SNP-major: plink --bfile F --make-bed");
        }
        if (head.get(2) != 1) {
            throw file.bad(2, "the third byte is " + head.get(2) + "; 1 (SNP-major) is supported");
        }
    }

    private static void requireSize(InputFile file, FileChannel channel, int samples, int variants, long needed)
            throws IOException {
        long there = channel.size();
        if (there != needed) {
            throw file.bad(
                    -1,
                    samples + " samples (.fam) and " + variants + " variants (.bim) need " + needed + " bytes ("
                            + Bytes.text(needed) + "), the file has " + there
                            + "; it is torn, or the three do not belong together");
        }
    }

    /** The first {@code kept} cells of each line. */
    private static List<String[]> lines(Path path, String format, int kept) throws IOException {
        InputFile file = new InputFile(format, path);
        return file.readStream(stream -> {
            List<String[]> out = new ArrayList<>();
            TextLines lines = new TextLines(file, stream);
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (line.isBlank()) {
                    continue;
                }
                String[] cells = line.strip().split("\\s+", COLUMNS + 1);
                if (cells.length != COLUMNS) {
                    throw file.bad(
                            -1,
                            "line " + lines.number() + " has " + (cells.length < COLUMNS ? cells.length : "more than 6")
                                    + " columns; a ." + format + " file has 6");
                }
                String[] first = new String[kept];
                System.arraycopy(cells, 0, first, 0, kept);
                out.add(first);
            }
            return out;
        });
    }

    private static Tensor counts(ChannelSource source, int samples, int variants, DType dtype) throws IOException {
        Tensor out = Tensor.empty(Device.cpu(), dtype, samples, variants);
        try {
            int stride = (samples + 3) / 4;
            int width = Math.max(1, BLOCK / Math.max(1, samples));
            for (int from = 0; samples > 0 && from < variants; from += width) {
                int to = Math.min(variants, from + width);
                ByteBuffer packed = ByteBuffer.allocate(stride * (to - from));
                source.read(packed);
                put(out, from, to, decode(packed.array(), stride, samples, to - from));
            }
            return out;
        } catch (IOException | RuntimeException | Error e) {
            out.close();
            throw e;
        }
    }

    /** (variants, samples), a variant's samples from the lowest bits of its bytes on. */
    private static float[] decode(byte[] packed, int stride, int samples, int variants) {
        float[] out = new float[variants * samples];
        for (int v = 0, at = 0; v < variants; v++) {
            for (int s = 0; s < samples; s++) {
                out[at++] = COUNTS[packed[v * stride + s / 4] >> 2 * (s % 4) & 3];
            }
        }
        return out;
    }

    private static void put(Tensor out, int from, int to, float[] variantMajor) {
        try (Scope scope = Scope.open()) {
            Tensor block = Tensor.of(variantMajor, to - from, out.dim(0));
            out.slice(1, from, to).assign(block.transpose());
        }
    }
}
