package dev.eckart.io;

import dev.eckart.linalg.Csr;
import dev.eckart.tensor.Tensor;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * NumPy's {@code .npz}: a zip archive of {@code .npy} arrays ({@code numpy.savez}, {@code savez_compressed}), and the sparse matrices
 * that SciPy keeps in one ({@code scipy.sparse.save_npz}). Element types as in {@link Npy}. Thread-safe.
 */
public final class Npz {
    private static final String SUFFIX = ".npy";

    private Npz() {}

    /**
     * Reads all arrays, in the order of the archive.
     *
     * @return host tensors by name, without the {@code .npy} of the entry; the caller's to close
     * @throws BadFileException when the archive is torn, corrupt or hostile, or an array is: before memory is taken for it
     */
    public static Map<String, Tensor> read(Path path) throws IOException {
        return open(path, archive -> {
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            try {
                for (String name : archive.names()) {
                    arrays.put(name, archive.read(name));
                }
                return arrays;
            } catch (IOException | RuntimeException | Error e) {
                arrays.values().forEach(Tensor::close);
                throw e;
            }
        });
    }

    /**
     * Reads one array.
     *
     * @throws BadFileException as {@link #read(Path)}, and when there is no array of this name
     */
    public static Tensor read(Path path, String name) throws IOException {
        return open(path, archive -> archive.read(name));
    }

    /** The names of the arrays, in the order of the archive. */
    public static List<String> names(Path path) throws IOException {
        return open(path, Archive::names);
    }

    /** Whether the archive holds a sparse matrix of SciPy's. */
    public static boolean isSparse(Path path) throws IOException {
        return open(path, archive -> archive.names().contains(SparseNpz.FORMAT));
    }

    /**
     * Reads a sparse matrix: SciPy's csr, csc or coo. Integers become F64; half precision F32.
     *
     * @throws BadFileException as {@link #read(Path)}; when it holds no sparse matrix or one of another kind; when an index or a
     *     length is wrong, or an entry NaN or infinite
     */
    public static Csr readSparse(Path path) throws IOException {
        return open(path, SparseNpz::read);
    }

    /**
     * Writes arrays, uncompressed; to a file beside the target, which is then renamed.
     *
     * @throws IllegalArgumentException for BF16, which NumPy does not have, and for a name that is empty or holds a control character
     * @throws IOException when the folder is missing or not writable, or the disk is full; the target is as it was
     */
    public static void write(Path path, Map<String, Tensor> arrays) throws IOException {
        Map<String, Tensor> rows = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Tensor> array : arrays.entrySet()) {
                String name = array.getKey();
                if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
                    throw new IllegalArgumentException("npz: " + path + ": '" + Text.shorten(name)
                            + "' is no name of an array; it is empty or holds a control character");
                }
                rows.put(name, Npy.writable("npz: " + path + ": " + name, array.getValue()));
            }
            AtomicFile.write(path, stream -> writeArchive(stream, new byte[0], rows));
        } finally {
            rows.values().forEach(Tensor::close);
        }
    }

    /**
     * Writes a sparse matrix as {@code scipy.sparse.load_npz} reads it, uncompressed.
     *
     * @throws IOException as {@link #write(Path, Map)}
     */
    public static void writeSparse(Path path, Csr matrix) throws IOException {
        try (Tensor shape = Tensor.of(new long[] {matrix.rows(), matrix.columns()})) {
            AtomicFile.write(path, stream -> writeArchive(stream, SparseNpz.csrTag(), SparseNpz.arrays(matrix, shape)));
        }
    }

    /** The tag of a sparse matrix, if any, then the arrays: contiguous, on the host. */
    private static void writeArchive(OutputStream stream, byte[] tag, Map<String, Tensor> arrays) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(stream);
        zip.setLevel(Deflater.NO_COMPRESSION);
        if (tag.length > 0) {
            begin(zip, SparseNpz.FORMAT);
            zip.write(tag);
            zip.closeEntry();
        }
        WritableByteChannel channel = Channels.newChannel(zip);
        for (Map.Entry<String, Tensor> array : arrays.entrySet()) {
            begin(zip, array.getKey());
            Npy.write(channel, array.getValue());
            zip.closeEntry();
        }
        zip.finish();
    }

    /** An entry of the same bytes whenever it is written. */
    private static void begin(ZipOutputStream zip, String name) throws IOException {
        ZipEntry entry = new ZipEntry(name + SUFFIX);
        entry.setLastModifiedTime(FileTime.fromMillis(0));
        zip.putNextEntry(entry);
    }

    private static <T> T open(Path path, InputFile.Action<Archive, T> action) throws IOException {
        InputFile file = new InputFile("npz", path);
        // Opened twice: the first gives missing files, folders and pipes their messages.
        return file.readSized(channel -> {
            try (ZipFile zip = new ZipFile(path.toFile())) {
                return action.read(new Archive(file, zip));
            } catch (ZipException e) {
                throw new BadFileException(
                        "npz",
                        path,
                        -1,
                        "is no zip archive, or a torn one (" + e.getMessage() + "); write or fetch it again",
                        e);
            }
        });
    }

    /** An open archive. */
    record Archive(InputFile file, ZipFile zip) {
        List<String> names() throws IOException {
            List<String> names = new ArrayList<>();
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
                String name = named(entries::nextElement).getName();
                if (!name.endsWith(SUFFIX)) {
                    throw file.bad(-1, "holds '" + Text.shorten(name) + "', which is no .npy array");
                }
                String array = name.substring(0, name.length() - SUFFIX.length());
                if (names.contains(array)) {
                    throw file.bad(-1, "holds the array '" + Text.shorten(array) + "' twice");
                }
                names.add(array);
            }
            return names;
        }

        /** The JDK decodes names late, and refuses those that are no UTF-8 by an exception of its own. */
        private ZipEntry named(Supplier<? extends ZipEntry> look) throws IOException {
            try {
                return look.get();
            } catch (IllegalArgumentException e) {
                throw file.bad(-1, "holds an entry whose name is no UTF-8 text; write it again");
            }
        }

        Tensor read(String name) throws IOException {
            return entry(name, (source, size) -> Npy.read(file.entry(name), source, size), Tensor::close);
        }

        /** The bytes of a small entry. */
        byte[] bytes(String name, int most) throws IOException {
            return entry(
                    name,
                    (source, size) -> {
                        if (size > most) {
                            throw file.entry(name)
                                    .bad(-1, "has " + size + " bytes; at most " + most + " were expected");
                        }
                        byte[] bytes = new byte[(int) size];
                        source.read(ByteBuffer.wrap(bytes));
                        return bytes;
                    },
                    bytes -> {});
        }

        private <T> T entry(String name, Content<T> content, Consumer<T> discard) throws IOException {
            InputFile part = file.entry(name);
            ZipEntry entry = named(() -> zip.getEntry(name + SUFFIX));
            if (entry == null) {
                throw file.bad(-1, "holds no array '" + Text.shorten(name) + "'; it has " + shortened(names()));
            }
            if (entry.getSize() > entry.getCompressedSize() * Gzip.MAX_RATIO) {
                throw part.bad(
                        -1,
                        "claims " + entry.getSize() + " bytes in " + entry.getCompressedSize()
                                + " compressed ones, more than deflate can; write or fetch it again");
            }
            try (InputStream raw = new Limited(part, zip.getInputStream(entry), entry.getSize());
                    CheckedInputStream stream = new CheckedInputStream(raw, new CRC32())) {
                T read = content.read(new StreamSource(part, stream), entry.getSize());
                try {
                    stream.transferTo(OutputStream.nullOutputStream());
                    if (entry.getCrc() != stream.getChecksum().getValue()) {
                        throw part.bad(-1, "its checksum is wrong: the data is corrupt; write or fetch it again");
                    }
                    return read;
                } catch (IOException | RuntimeException | Error e) {
                    discard.accept(read);
                    throw e;
                }
            } catch (ClosedByInterruptException | InterruptedIOException | BadFileException e) {
                throw e;
            } catch (EOFException | ZipException e) {
                throw part.bad(
                        -1, "the compressed data is torn or corrupt (" + e.getMessage() + "); write or fetch it again");
            }
        }

        private static String shortened(List<String> names) {
            String all = String.join(", ", names);
            return all.isEmpty() ? "none" : Text.shorten(all);
        }

        private interface Content<T> {
            T read(ElementType.Source source, long size) throws IOException;
        }
    }

    /** An entry that inflates to more than it claims is a mistake, or a bomb. */
    private static final class Limited extends FilterInputStream {
        private final InputFile part;
        private final long size;
        private long count;

        Limited(InputFile part, InputStream in, long size) {
            super(in);
            this.part = part;
            this.size = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int got = super.read(target, offset, length);
            count += Math.max(0, got);
            if (count > size) {
                throw part.bad(-1, "holds more than the " + size + " bytes that it claims; write or fetch it again");
            }
            return got;
        }
    }
}
