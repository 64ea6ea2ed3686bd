package dev.eckart.io;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.MemoryLimitException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What Jazzer drives: one reader, on files with the bytes that it makes up. A file may be read or refused with an IOException that
 * names it, or for the memory it needs; anything else is a finding, and so is memory that is not given back.
 */
public final class FuzzTarget {
    /** The readers, by the name of their format. */
    static final Map<String, List<Formats.Reader>> READERS = Map.of(
            "npy", List.of(file -> Npy.read(file).close()),
            "npz",
                    List.of(
                            file -> Formats.close(Npz.read(file)),
                            file -> Npz.readSparse(file).close()),
            "mtx",
                    List.of(
                            file -> MatrixMarket.read(file).close(),
                            file -> MatrixMarket.readSparse(file).close()),
            "idx", List.of(file -> Idx.read(file).close()),
            "csv", List.of(file -> Csv.read(file).close()),
            "jpeg", List.of(file -> Jpeg.read(file).close()),
            "bed", List.of(FuzzTarget::bed),
            "text",
                    List.of(
                            file -> WordVectorFile.readText(file).vectors().close(),
                            file -> WordVectorFile.readBinary(file).vectors().close(),
                            EdgeList::read,
                            FuzzTarget::readTexts),
            "safetensors", List.of(file -> Formats.close(Safetensors.read(file))),
            "png",
                    List.of(
                            file -> Png.read(file).close(),
                            // Nothing made up comes past the checksums.
                            file -> {
                                write(file, PngFile.repaired(Files.readAllBytes(file)));
                                Png.read(file).close();
                            }));

    private static final List<Formats.Reader> CHOSEN = READERS.get(System.getProperty("fuzz.reader", "npy"));
    private static final Path FILE = Path.of(
            System.getProperty("java.io.tmpdir"),
            "fuzz-" + ProcessHandle.current().pid());

    private static final Map<Path, FileChannel> OPEN = new HashMap<>();

    private FuzzTarget() {}

    /** Writes over what stands in the file: to empty it first, as {@code Files.write} does, has ext4 write it out each time. */
    private static void write(Path file, byte[] content) throws IOException {
        if (!OPEN.containsKey(file)) {
            OPEN.put(file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        }
        FileChannel channel = OPEN.get(file);
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
            channel.write(bytes, bytes.position());
        }
        channel.truncate(content.length);
    }

    /** The lines of the .fam file up to a bar, those of the .bim file up to another, and the .bed file. */
    private static void bed(Path file) throws IOException {
        byte[] input = Files.readAllBytes(file);
        String text = new String(input, StandardCharsets.ISO_8859_1);
        int first = Math.max(0, text.indexOf('|'));
        int second = Math.max(first, text.indexOf('|', first + 1));
        Path bed = Path.of(file + ".bed");
        write(Path.of(file + ".fam"), Arrays.copyOf(input, first));
        write(Path.of(file + ".bim"), Arrays.copyOfRange(input, Math.min(second, first + 1), second));
        write(bed, Arrays.copyOfRange(input, Math.min(input.length, second + 1), input.length));
        Plink.read(bed, DType.F64).close();
    }

    private static void readTexts(Path file) throws IOException {
        try (Texts texts = Texts.open(file)) {
            texts.forEachRemaining(text -> {});
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Called by Jazzer with each input. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        write(FILE, input);
        for (Formats.Reader reader : CHOSEN) {
            try {
                reader.read(FILE);
            } catch (IOException e) {
                if (!e.getMessage().contains(FILE.toString()) || e.getMessage().contains("\n")) {
                    throw new IllegalStateException("a message that names no file, or has two lines", e);
                }
            } catch (MemoryLimitException e) {
                // A file may be larger than the budget.
            }
            if (MemoryBudget.used() != 0) {
                throw new IllegalStateException(MemoryBudget.used() + " bytes were not given back");
            }
        }
    }
}
