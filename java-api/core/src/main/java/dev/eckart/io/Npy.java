package dev.eckart.io;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
        return file.readSized(channel -> {
            NpyHeader header = NpyHeader.read(file, channel);
            return header.columnMajor()
                    ? readColumnMajor(file, channel, header)
                    : readData(file, channel, header, header.shape().dims());
        });
    }

    /** Column-major data of shape (a, b, c) is row-major data of shape (c, b, a). */
    private static Tensor readColumnMajor(InputFile file, FileChannel channel, NpyHeader header) throws IOException {
        int rank = header.shape().rank();
        long[] dims = new long[rank];
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            dims[i] = header.shape().dim(rank - 1 - i);
            order[i] = rank - 1 - i;
        }
        try (Tensor reversed = readData(file, channel, header, dims)) {
            return reversed.permute(order);
        }
    }

    private static Tensor readData(InputFile file, FileChannel channel, NpyHeader header, long[] dims)
            throws IOException {
        ChannelSource source = new ChannelSource(file, channel, header.dataOffset());
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
        ElementType type = ElementType.of(tensor.dtype())
                .orElseThrow(() -> new IllegalArgumentException("npy: " + path + ": " + tensor.dtype()
                        + " has no .npy type; cast with to(DType." + DType.F32.name() + ")"));
        try (Tensor host = tensor.to(Device.cpu());
                Tensor rows = host.contiguous()) {
            AtomicFile.writeChannel(path, channel -> {
                writeFully(channel, NpyHeader.format(type, rows.shape()));
                rows.<IOException>withBuffers(part -> writeFully(channel, part));
            });
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
