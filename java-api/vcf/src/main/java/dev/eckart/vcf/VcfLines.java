package dev.eckart.vcf;

import dev.eckart.io.BadFileException;
import htsjdk.tribble.readers.LineIterator;
import htsjdk.variant.variantcontext.VariantContext;
import htsjdk.variant.vcf.VCFCodec;
import htsjdk.variant.vcf.VCFHeader;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The variants of a file, line by line; what htsjdk throws comes out with the file and the line. */
final class VcfLines implements Closeable {
    private static final int BUFFER = 1 << 16;

    /** Half a million samples have some 100 MB. */
    private static final int LONGEST = 1 << 28;

    private final Path path;
    private final Lines lines;
    private final VCFCodec codec = new VCFCodec();
    private VCFHeader header;

    private VcfLines(Path path, Lines lines) {
        this.path = path;
        this.lines = lines;
    }

    static VcfLines open(Path path) throws IOException {
        VcfLines out = new VcfLines(path, new Lines(stream(path)));
        try {
            out.header = out.parsed(() -> (VCFHeader) out.codec.readActualHeader(out.lines));
            return out;
        } catch (IOException | RuntimeException | Error e) {
            out.close();
            throw e;
        }
    }

    /** How many lines of variants there are. */
    static long count(Path path) throws IOException {
        try (InputStream in = stream(path)) {
            byte[] buffer = new byte[BUFFER];
            long count = 0;
            long length = 0;
            boolean comment = false;
            boolean blank = true;
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                for (int i = 0; i < got; i++) {
                    byte c = buffer[i];
                    comment |= length == 0 && c == '#';
                    blank &= c == '\n' || c == '\r';
                    length++;
                    if (c == '\n') {
                        count += comment || blank ? 0 : 1;
                        length = 0;
                        comment = false;
                        blank = true;
                    }
                }
                if (length > LONGEST) {
                    throw new BadFileException("vcf", path, -1, "a line has more than 256 MiB; is this a VCF file?");
                }
            }
            return count + (comment || blank ? 0 : 1);
        } catch (IOException e) {
            throw explained(path, e);
        }
    }

    /** In the order of the columns. */
    List<String> samples() {
        return List.copyOf(header.getGenotypeSamples());
    }

    /** The next variant, with its genotypes decoded. */
    VariantContext next() throws IOException {
        String line = line();
        if (line == null) {
            throw new BadFileException(
                    "vcf", path, -1, "became shorter while it was read; try again when it is written");
        }
        int columns = header.getGenotypeSamples().size() + 9;
        long there = line.chars().filter(c -> c == '\t').count() + 1;
        if (there != columns) {
            throw bad(
                    "has " + there + " columns, the header " + columns + "; the file is torn or not separated by tabs");
        }
        return parsed(() -> {
            VariantContext variant = codec.decode(line);
            int genotypes = variant.getGenotypes().size(); // htsjdk decodes them when asked
            if (genotypes != header.getGenotypeSamples().size()) {
                throw new IllegalArgumentException(genotypes + " genotypes for "
                        + header.getGenotypeSamples().size() + " samples");
            }
            return variant;
        });
    }

    void requireEnd() throws IOException {
        if (line() != null) {
            throw bad("was added while the file was read; try again when it is written");
        }
    }

    private String line() throws IOException {
        try {
            while (lines.hasNext()) {
                String line = lines.next();
                if (!line.isEmpty()) {
                    return line;
                }
            }
            return null;
        } catch (UncheckedIOException e) {
            throw explained(path, e.getCause());
        }
    }

    private BadFileException bad(String problem) {
        return new BadFileException("vcf", path, -1, "line " + lines.number + " " + problem);
    }

    private interface Parse<T> {
        T run();
    }

    /** htsjdk throws TribbleException, NumberFormatException and others. */
    private <T> T parsed(Parse<T> parse) throws IOException {
        try {
            return parse.run();
        } catch (UncheckedIOException e) {
            throw explained(path, e.getCause());
        } catch (RuntimeException e) {
            String why = e.getMessage() == null
                    ? e.toString()
                    : e.getMessage().lines().findFirst().orElse("");
            throw bad("is not as VCF has it: " + why);
        }
    }

    private static InputStream stream(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new BadFileException(
                    "vcf",
                    path,
                    -1,
                    Files.exists(path) ? "is no regular file; save it to one first" : "there is no such file");
        }
        BufferedInputStream raw = new BufferedInputStream(Files.newInputStream(path), BUFFER);
        try {
            raw.mark(2);
            boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            return gzip ? new GZIPInputStream(raw, BUFFER) : raw;
        } catch (IOException e) {
            raw.close();
            throw explained(path, e);
        }
    }

    private static IOException explained(Path path, IOException e) {
        if (e instanceof BadFileException) {
            return e;
        }
        if (e instanceof EOFException) {
            return new BadFileException("vcf", path, -1, "the gzip data ends early; fetch it again");
        }
        if (e instanceof ZipException) {
            return new BadFileException(
                    "vcf", path, -1, "the gzip data is corrupt (" + e.getMessage() + "); fetch it again");
        }
        return new IOException("vcf: " + path + ": " + e.getMessage(), e);
    }

    @Override
    public void close() throws IOException {
        lines.in.close();
    }

    /** Lines, UTF-8; the number is that of the line that {@link #next} gave last. */
    private static final class Lines implements LineIterator {
        private final InputStream in;
        private String ahead;
        private long number;

        Lines(InputStream in) {
            this.in = new BufferedInputStream(in, BUFFER);
        }

        @Override
        public boolean hasNext() {
            if (ahead == null) {
                ahead = read();
            }
            return ahead != null;
        }

        @Override
        public String next() {
            String line = peek();
            ahead = null;
            number++;
            return line;
        }

        @Override
        public String peek() {
            if (!hasNext()) {
                throw new NoSuchElementException("vcf: the text ends here");
            }
            return ahead;
        }

        private String read() {
            try {
                ByteArrayOutputStream line = new ByteArrayOutputStream(256);
                int c = in.read();
                if (c < 0) {
                    return null;
                }
                for (; c >= 0 && c != '\n'; c = in.read()) {
                    line.write(c);
                }
                String text = line.toString(StandardCharsets.UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
