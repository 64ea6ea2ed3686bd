package dev.eckart.cli.rdata;

import dev.eckart.io.BadFileException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/**
 * Files of R's {@code save}: {@code RDX2} or {@code RDX3} in binary (XDR) form, plain or compressed by gzip or bzip2 (R Internals,
 * section 1.8, "Serialization Formats"). Thread-safe.
 */
public final class RData {
    private static final int BUFFER = 1 << 16;

    private RData() {}

    /**
     * Reads a file.
     *
     * @return what was saved, by name, as {@link RValue#attributes}
     * @throws BadFileException when it is missing, torn, corrupt, or holds what is not supported (functions, complex numbers, ASCII form)
     */
    public static RValue read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new BadFileException("rdata", file, -1, "there is no such file");
        }
        try (BufferedInputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
                InputStream plain = uncompressed(raw)) {
            return new Unserializer(new DataInputStream(new BufferedInputStream(plain, BUFFER))).file();
        } catch (BadFileException e) {
            throw e;
        } catch (EOFException e) {
            throw new BadFileException("rdata", file, -1, "ends early: it is torn; fetch it again");
        } catch (IOException e) { // what gzip and bzip2 find
            throw new BadFileException("rdata", file, -1, "cannot be read (" + e.getMessage() + "); fetch it again");
        }
    }

    private static InputStream uncompressed(BufferedInputStream raw) throws IOException {
        raw.mark(4);
        String magic = new String(raw.readNBytes(3), StandardCharsets.ISO_8859_1);
        raw.reset();
        if (magic.equals("BZh")) {
            return new BZip2CompressorInputStream(raw, true);
        }
        return magic.startsWith("\u001f\u008b") ? new GZIPInputStream(raw, BUFFER) : raw;
    }
}
