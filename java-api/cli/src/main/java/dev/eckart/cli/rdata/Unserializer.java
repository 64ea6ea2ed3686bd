package dev.eckart.cli.rdata;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads R's serialization, depth first. Each item begins with flags: its type in the low 8 bits, bit 9 for attributes, bit 10 for a
 * tag. Memory is taken as elements come, not as lengths claim.
 */
final class Unserializer {
    private static final int DEEPEST = 500;
    private static final int CHUNK = 1 << 14;

    private static final int ATTRIBUTES = 1 << 9;
    private static final int TAG = 1 << 10;
    private static final int UTF8 = 1 << 3; // in the levels (bits 12 and up) of a text

    private final DataInputStream in;
    private final List<RValue> references = new ArrayList<>();
    private int depth;

    Unserializer(DataInputStream in) {
        this.in = in;
    }

    /** The whole file: magic, version, and the pairlist of what was saved. */
    RValue file() throws IOException {
        String magic = new String(in.readNBytes(7), StandardCharsets.ISO_8859_1);
        if (!magic.equals("RDX2\nX\n") && !magic.equals("RDX3\nX\n")) {
            throw new IOException("it does not begin with RDX2 or RDX3 in binary form, as R's save() writes");
        }
        int version = in.readInt();
        in.readInt(); // R that wrote it
        in.readInt(); // oldest R that reads it
        if (version == 3) {
            in.skipNBytes(length()); // native encoding
        } else if (version != 2) {
            throw new IOException("serialization version " + version + "; 2 and 3 are supported");
        }
        RValue saved = item();
        if (in.read() >= 0) { // also has gzip compare its checksum
            throw new IOException("it goes on after its end");
        }
        return saved;
    }

    private RValue item() throws IOException {
        return item(in.readInt());
    }

    private RValue item(int flags) throws IOException {
        if (++depth > DEEPEST) {
            throw new IOException("items nest deeper than " + DEEPEST);
        }
        try {
            return switch (flags & 255) {
                case 254, 253, 252, 251, 250, 242, 241 -> RValue.NULL; // NULL, "missing", the known environments
                case 255 -> reference(flags);
                case 1 -> remembered(item());
                case 2, 5, 6 -> pairlist(flags); // also promises and calls, which have the same form
                case 4 -> environment();
                case 9 -> text(flags);
                case 25 -> new RValue(null, attributes(flags));
                case 10, 13 -> vector(ints(), flags);
                case 14 -> vector(doubles(), flags);
                case 16 -> vector(texts(), flags);
                case 19, 20 -> vector(list(), flags);
                case 24 -> raw(flags);
                default -> throw new IOException("an item of type " + (flags & 255) + ", which is not supported");
            };
        } finally {
            depth--;
        }
    }

    private RValue vector(Object data, int flags) throws IOException {
        return new RValue(data, attributes(flags));
    }

    private Map<String, RValue> attributes(int flags) throws IOException {
        return (flags & ATTRIBUTES) == 0 ? Map.of() : item().attributes();
    }

    private RValue remembered(RValue value) {
        references.add(value);
        return value;
    }

    private RValue reference(int flags) throws IOException {
        int number = flags >>> 8 == 0 ? in.readInt() : flags >>> 8;
        if (number < 1 || number > references.size()) {
            throw new IOException("a reference to item " + number + " of " + references.size());
        }
        return references.get(number - 1);
    }

    /** A linked list: [attributes] [tag] value, and the rest, which is another one or NULL. */
    private RValue pairlist(int first) throws IOException {
        Map<String, RValue> out = new LinkedHashMap<>();
        int flags = first;
        while ((flags & 255) == 2 || (flags & 255) == 5 || (flags & 255) == 6) {
            attributes(flags);
            String tag = (flags & TAG) == 0 ? "" : item().data() instanceof String name ? name : "";
            RValue value = item();
            if (!tag.isEmpty()) {
                out.put(tag, value);
            }
            flags = in.readInt();
        }
        if ((flags & 255) != 254) {
            item(flags); // a dotted pair
        }
        return new RValue(null, out);
    }

    /** Whether it is locked, then enclosing environment, frame, hash table, attributes: read over. */
    private RValue environment() throws IOException {
        in.readInt();
        remembered(RValue.NULL);
        for (int part = 0; part < 4; part++) {
            item();
        }
        return RValue.NULL;
    }

    private RValue text(int flags) throws IOException {
        int length = in.readInt();
        if (length == -1) {
            return RValue.NULL;
        }
        byte[] bytes = in.readNBytes(checked(length));
        if (bytes.length < length) {
            throw new EOFException();
        }
        Charset charset = (flags >>> 12 & UTF8) == 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
        return new RValue(new String(bytes, charset), Map.of());
    }

    private RValue raw(int flags) throws IOException {
        in.skipNBytes(length());
        return vector(null, flags);
    }

    private int length() throws IOException {
        return checked(in.readInt());
    }

    private static int checked(int length) throws IOException {
        if (length < 0) {
            throw new IOException("a length of " + length + "; long vectors are not supported");
        }
        return length;
    }

    private int[] ints() throws IOException {
        int length = length();
        int[] out = new int[Math.min(length, CHUNK)];
        for (int i = 0; i < length; i++) {
            if (i == out.length) {
                out = Arrays.copyOf(out, grown(i, length));
            }
            out[i] = in.readInt();
        }
        return out;
    }

    private double[] doubles() throws IOException {
        int length = length();
        double[] out = new double[Math.min(length, CHUNK)];
        for (int i = 0; i < length; i++) {
            if (i == out.length) {
                out = Arrays.copyOf(out, grown(i, length));
            }
            out[i] = in.readDouble();
        }
        return out;
    }

    private static int grown(int size, int length) {
        return (int) Math.min(length, 2L * size);
    }

    private String[] texts() throws IOException {
        int length = length();
        List<String> out = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            Object each = item().data();
            if (each != null && !(each instanceof String)) {
                throw new IOException("something else than a text among texts");
            }
            out.add((String) each);
        }
        return out.toArray(String[]::new);
    }

    private List<RValue> list() throws IOException {
        int length = length();
        List<RValue> out = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            out.add(item());
        }
        return out;
    }
}
