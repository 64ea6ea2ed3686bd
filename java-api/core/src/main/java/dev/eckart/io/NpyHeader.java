package dev.eckart.io;

import dev.eckart.memory.Bytes;
import dev.eckart.memory.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What stands before the data of a {@code .npy} file: magic, version, length and a Python dict (NumPy enhancement proposal 1).
 *
 * @param type of the elements
 * @param order of the bytes of an element
 * @param columnMajor whether the first index runs fastest
 * @param shape of the array
 * @param dataOffset where the elements begin
 */
record NpyHeader(ElementType type, ByteOrder order, boolean columnMajor, Shape shape, long dataOffset) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    /** Longer ones hold structured types, which are refused anyway. */
    private static final int LONGEST = 1 << 20;

    private static final Set<String> KEYS = Set.of("descr", "fortran_order", "shape");

    /** Reads and checks the header, up to the data; what that claims lies among the {@code size} bytes of the source. */
    static NpyHeader read(InputFile file, ElementType.Source source, long size) throws IOException {
        byte[] magic = read(file, source, size, 0, MAGIC.length, "the magic bytes of a .npy file");
        if (!Arrays.equals(magic, MAGIC)) {
            throw file.bad(0, "is no .npy file: it does not begin with the bytes \\x93NUMPY");
        }
        byte[] version = read(file, source, size, 6, 2, "a version");
        if (version[0] < 1 || version[0] > 3 || version[1] != 0) {
            throw file.bad(
                    6,
                    "version " + Byte.toUnsignedInt(version[0]) + "." + Byte.toUnsignedInt(version[1])
                            + " is none of 1.0, 2.0, 3.0; save it again with numpy.save");
        }
        int width = version[0] == 1 ? 2 : 4;
        ByteBuffer lengthBytes = ByteBuffer.wrap(read(file, source, size, 8, width, "the length of the header"))
                .order(ByteOrder.LITTLE_ENDIAN);
        long length =
                width == 2 ? Short.toUnsignedInt(lengthBytes.getShort()) : Integer.toUnsignedLong(lengthBytes.getInt());
        if (length > LONGEST) {
            throw file.bad(
                    8,
                    "claims a header of " + length + " bytes; at most " + LONGEST
                            + " are read. Structured arrays: save one field at a time");
        }
        int start = 8 + width;
        Charset charset = version[0] == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        String text = new String(read(file, source, size, start, (int) length, "the header"), charset);
        NpyHeader header = parse(file, start, text, start + length);
        header.requireData(file, size);
        return header;
    }

    private static byte[] read(InputFile file, ElementType.Source source, long size, long at, int count, String what)
            throws IOException {
        if (at + count > size) {
            throw file.bad(
                    at,
                    "expected " + what + ", " + count + " bytes, but the file ends at byte " + size
                            + "; write or fetch it again");
        }
        ByteBuffer bytes = ByteBuffer.allocate(count);
        source.read(bytes);
        return bytes.array();
    }

    private static NpyHeader parse(InputFile file, int start, String text, long dataOffset) throws BadFileException {
        Map<String, Object> dict;
        try {
            dict = HeaderLiteral.parse(text);
        } catch (HeaderLiteral.SyntaxException e) {
            throw file.bad(start + e.position(), "the header is no Python dict: " + e.getMessage());
        }
        if (!dict.keySet().equals(KEYS)) {
            String keys = dict.keySet().stream().sorted().map(Text::shorten).collect(Collectors.joining(", "));
            throw file.bad(
                    start, "the header needs the keys descr, fortran_order, shape; it has " + Text.shorten(keys));
        }
        if (!(dict.get("fortran_order") instanceof Boolean columnMajor)) {
            throw file.bad(start, "fortran_order is neither True nor False in the header");
        }
        NpyDescriptor descriptor = NpyDescriptor.parse(file, start, dict.get("descr"));
        Shape shape = shape(file, start, dict.get("shape"));
        return new NpyHeader(descriptor.type(), descriptor.order(), columnMajor, shape, dataOffset);
    }

    private static Shape shape(InputFile file, int start, Object literal) throws BadFileException {
        if (!(literal instanceof HeaderLiteral.Tuple tuple)
                || !tuple.items().stream().allMatch(Long.class::isInstance)) {
            throw file.bad(start, "shape is no tuple of integers in the header");
        }
        try {
            return Shape.of(tuple.items().stream().mapToLong(Long.class::cast).toArray());
        } catch (IllegalArgumentException e) {
            throw file.bad(start, e.getMessage());
        }
    }

    private void requireData(InputFile file, long size) throws BadFileException {
        long there = (size - dataOffset) / type.bytes();
        if (shape.size() > there) {
            throw file.bad(
                    dataOffset,
                    "the header claims shape " + shape + " of " + type.npy()
                            + ", " + shape.size() + " elements, but only " + there + " ("
                            + Bytes.text(size - dataOffset)
                            + ") follow; the file is torn or its header wrong: write or fetch it again");
        }
    }

    /** The bytes before row-major data in native order, in version 1. */
    static ByteBuffer format(ElementType type, Shape shape) {
        List<String> dims = Arrays.stream(shape.dims()).mapToObj(Long::toString).toList();
        String tuple = dims.size() == 1 ? "(" + dims.get(0) + ",)" : "(" + String.join(", ", dims) + ")";
        String dict = "{'descr': '" + type.npyNative() + "', 'fortran_order': False, 'shape': " + tuple + ", }";
        // A shape has at most Shape.MAX_RANK dimensions, so the dict is far below the 65,535 bytes of version 1.
        int start = MAGIC.length + 4;
        int end = (start + dict.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer out = ByteBuffer.allocate(end).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (end - start));
        out.put(dict.getBytes(StandardCharsets.ISO_8859_1));
        Arrays.fill(out.array(), out.position(), end - 1, (byte) ' ');
        out.array()[end - 1] = '\n';
        return out.rewind();
    }
}
