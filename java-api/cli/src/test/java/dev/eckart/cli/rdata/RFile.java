package dev.eckart.cli.rdata;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/** Writes what R's save() would: values, with attributes, in version 2 or 3. */
public final class RFile {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);
    private final List<String> symbols = new ArrayList<>();

    private RFile() {}

    /** An int[], double[], String[] or List with attributes; with null for data an S4 object. */
    public record Value(Object data, Map<String, Object> attributes) {}

    public static Value with(Object data, Object... namesAndValues) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            attributes.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Value(data, attributes);
    }

    /** An uncompressed file in which {@code value} is saved as {@code name}. */
    public static byte[] of(int version, String name, Object value) {
        RFile file = new RFile();
        try {
            file.out.writeBytes("RDX" + version + "\nX\n");
            file.out.writeInt(version);
            file.out.writeInt(0x40202);
            file.out.writeInt(0x20300);
            if (version == 3) {
                file.out.writeInt(5);
                file.out.writeBytes("UTF-8");
            }
            file.pairs(Map.of(name, value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.bytes.toByteArray();
    }

    public static byte[] bzip2(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (BZip2CompressorOutputStream stream = new BZip2CompressorOutputStream(packed)) {
            stream.write(content);
        }
        return packed.toByteArray();
    }

    private void pairs(Map<String, Object> pairs) throws IOException {
        for (Map.Entry<String, Object> each : pairs.entrySet()) {
            out.writeInt(0x402);
            symbol(each.getKey());
            item(each.getValue());
        }
        out.writeInt(254);
    }

    /** The second time by reference, as R does. */
    private void symbol(String name) throws IOException {
        if (symbols.contains(name)) {
            out.writeInt(symbols.indexOf(name) + 1 << 8 | 255);
        } else {
            symbols.add(name);
            out.writeInt(1);
            text(name);
        }
    }

    private void text(String text) throws IOException {
        out.writeInt(text == null ? 9 : 0x8009); // level 8: UTF-8
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private void item(Object given) throws IOException {
        Value value = given instanceof Value v ? v : new Value(given, Map.of());
        int flags = value.attributes().isEmpty() ? 0 : 0x200;
        Object data = value.data();
        if (data == null && flags == 0) {
            out.writeInt(254);
            return;
        } else if (data == null) {
            out.writeInt(25 | flags);
        } else if (data instanceof int[] ints) {
            header(13 | flags, ints.length);
            for (int i : ints) {
                out.writeInt(i);
            }
        } else if (data instanceof double[] doubles) {
            header(14 | flags, doubles.length);
            for (double d : doubles) {
                out.writeDouble(d);
            }
        } else if (data instanceof String[] texts) {
            header(16 | flags, texts.length);
            for (String text : texts) {
                text(text);
            }
        } else {
            List<?> list = (List<?>) data;
            header(19 | flags, list.size());
            for (Object each : list) {
                item(each);
            }
        }
        if (flags != 0) {
            pairs(value.attributes());
        }
    }

    private void header(int flags, int length) throws IOException {
        out.writeInt(flags);
        out.writeInt(length);
    }
}
