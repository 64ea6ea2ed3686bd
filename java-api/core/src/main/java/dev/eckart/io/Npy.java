package dev.eckart.io;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/**
 * NumPy's {@code .npy} files. Thread-safe; an interrupt ends a read or a write with an {@code InterruptedIOException}.
 *
 * <p>Elements become: f8 F64; f4 and f2 F32; i8 and u4 I64; i4, i2, i1 and u2 I32; u1 and b1 U8. Data goes between the file and the
 * tensor's own memory without a detour over the Java heap.
 */
public final class Npy {
    private Npy() {}

    /**
     * Reads a file of version 1, 2 or 3, in either byte order. Column-major (Fortran order) data stays as it is, as a strided view:
     * {@code contiguous()} reorders it. Bytes behind the data are ignored, as NumPy does.
     *
     * @return a tensor on the host, of the file's shape
     * @throws BadFileException when the file is missing, torn, hostile, or of a type that tensors do not have (u8, complex, objects,
     *     structures); before any memory is taken
     */
    public static Tensor read(Path path) throws IOException {
        InputFile file = new InputFile("npy", path);
        return file.readSized(channel -> read(file, new ChannelSource(file, channel, 0), channel.size()));
    }

    /** An array of {@code size} bytes, header and data. */
    static Tensor read(InputFile file, ElementType.Source source, long size) throws IOException {
        NpyHeader header = NpyHeader.read(file, source, size);
        return header.columnMajor()
                ? readColumnMajor(source, header)
                : readData(source, header, header.shape().dims());
    }

    /** Column-major data of shape (a, b, c) is row-major data of shape (c, b, a). */
    private static Tensor readColumnMajor(ElementType.Source source, NpyHeader header) throws IOException {
        int rank = header.shape().rank();
        long[] dims = new long[rank];
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            dims[i] = header.shape().dim(rank - 1 - i);
            order[i] = rank - 1 - i;
        }
        try (Tensor reversed = readData(source, header, dims)) {
            return reversed.permute(order);
        }
    }

    private static Tensor readData(ElementType.Source source, NpyHeader header, long[] dims) throws IOException {
        return Filled.tensor(header.type(), header.order(), source, dims);
    }

    /**
     * Writes version 1, row-major, in the byte order of the machine (little-endian on all that are supported), under the tensor's dtype; to a file beside the target, which is then renamed.
     *
     * @param tensor of any shape, strides and device; F64, F32, I64, I32, U8
     * @throws IllegalArgumentException for BF16, which NumPy does not have
     * @throws IOException when the folder is missing or not writable, or the disk is full; the target is as it was
     */
    public static void write(Path path, Tensor tensor) throws IOException {
        try (Tensor rows = writable("npy: " + path, tensor)) {
            AtomicFile.writeChannel(path, channel -> write(channel, rows));
        }
    }

    /** The tensor as it can be written: contiguous, on the host. */
    static Tensor writable(String what, Tensor tensor) {
        if (ElementType.of(tensor.dtype()).isEmpty()) {
            throw new IllegalArgumentException(
                    what + ": " + tensor.dtype() + " has no .npy type; cast with to(DType." + DType.F32.name() + ")");
        }
        try (Tensor host = tensor.to(Device.cpu())) {
            return host.contiguous();
        }
    }

    static void write(WritableByteChannel channel, Tensor rows) throws IOException {
        ElementType type = ElementType.of(rows.dtype()).orElseThrow();
        writeFully(channel, NpyHeader.format(type, rows.shape()));
        rows.<IOException>withBuffers(part -> writeFully(channel, part));
    }

    /** Writes all that remains. */
    static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
