package dev.eckart.io;

import dev.eckart.memory.Bytes;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * IDX files, the format of MNIST: two zero bytes, the element type, the rank, the dimensions and the elements, all big-endian; plain
 * or compressed by gzip, which the content tells. Thread-safe.
 *
 * <p>Elements become: unsigned bytes U8; signed bytes, i16 and i32 I32; f32 F32; f64 F64.
 */
public final class Idx {
    private static final int MAX_RANK = 4;

    private Idx() {}

    /**
     * Reads a file of 1 to 4 dimensions.
     *
     * @return a tensor on the host, of the file's shape
     * @throws BadFileException when the file is missing, torn, corrupt, or no IDX file; dimensions that its size can't hold are
     *     refused before any memory is taken
     */
    public static Tensor read(Path path) throws IOException {
        InputFile file = new InputFile("idx", path);
        return file.readSized(channel -> {
            if (!Gzip.begins(channel)) {
                return new Content(file, new ChannelSource(file, channel, 0), channel.size(), true).read();
            }
            try (InputStream stream = Gzip.open(file, Channels.newInputStream(channel))) {
                Tensor tensor = new Content(file, new StreamSource(file, stream), limit(channel), false).read();
                return requireEnd(file, stream, tensor);
            }
        });
    }

    private static long limit(FileChannel channel) throws IOException {
        return channel.size() * Gzip.MAX_RATIO;
    }

    /** Reading the end also checks gzip's checksum. */
    private static Tensor requireEnd(InputFile file, InputStream stream, Tensor tensor) throws IOException {
        try {
            if (stream.read() >= 0) {
                throw file.bad(-1, "holds more data than its dimensions " + tensor.shape() + " say; fetch it again");
            }
            return tensor;
        } catch (IOException | RuntimeException | Error e) {
            tensor.close();
            throw e;
        }
    }

    /**
     * The bytes of an IDX file.
     *
     * @param size how many there are, or at most can be
     * @param exact whether there are as many
     */
    private record Content(InputFile file, ElementType.Source source, long size, boolean exact) {
        Tensor read() throws IOException {
            ByteBuffer magic = bytes(0, 4);
            int code = magic.get(2);
            int rank = magic.get(3);
            if (magic.get(0) != 0 || magic.get(1) != 0) {
                throw file.bad(0, "is no IDX file: it does not begin with two zero bytes");
            }
            ElementType type = ElementType.ofIdx(code)
                    .orElseThrow(() -> file.bad(
                            2,
                            "element type " + code + " is none of IDX's (8, 9, 11, 12, 13, 14); is this an IDX file?"));
            if (rank < 1 || rank > MAX_RANK) {
                throw file.bad(3, rank + " dimensions; 1 to " + MAX_RANK + " are supported");
            }
            ByteBuffer header = bytes(4, 4 * rank);
            long[] dims = new long[rank];
            for (int i = 0; i < rank; i++) {
                dims[i] = Integer.toUnsignedLong(header.getInt());
            }
            Shape shape = shape(dims);
            requireSize(type, shape, 4 + 4L * rank);
            return Filled.tensor(type, ByteOrder.BIG_ENDIAN, source, dims);
        }

        private ByteBuffer bytes(long at, int count) throws IOException {
            if (at + count > size) {
                throw file.bad(
                        at,
                        "expected " + count + " bytes of an IDX header, but the file ends at byte " + size
                                + "; fetch it again");
            }
            ByteBuffer bytes = ByteBuffer.allocate(count);
            source.read(bytes);
            return bytes.flip();
        }

        private Shape shape(long[] dims) throws BadFileException {
            try {
                return Shape.of(dims);
            } catch (IllegalArgumentException e) {
                throw file.bad(4, e.getMessage());
            }
        }

        private void requireSize(ElementType type, Shape shape, long start) throws BadFileException {
            long there = size - start;
            boolean fits = shape.size() <= there / type.bytes();
            if (!fits || (exact && shape.size() * type.bytes() != there)) {
                throw file.bad(
                        4,
                        "the dimensions " + shape + " need " + shape.size() + " elements of " + type.bytes()
                                + " bytes, but " + (exact ? "" : "at most ") + there + " bytes (" + Bytes.text(there)
                                + ") follow; the file is torn or its header wrong: fetch it again");
            }
        }
    }
}
