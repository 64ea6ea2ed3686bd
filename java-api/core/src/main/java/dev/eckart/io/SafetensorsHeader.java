package dev.eckart.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.eckart.memory.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON header of a safetensors file.
 *
 * @param tensors by name, in the order of their data
 * @param metadata free texts
 */
record SafetensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final Map<String, ElementType> TYPES = Map.ofEntries(
            Map.entry("F64", ElementType.F8),
            Map.entry("F32", ElementType.F4),
            Map.entry("F16", ElementType.F2),
            Map.entry("BF16", ElementType.BF2),
            Map.entry("I64", ElementType.I8),
            Map.entry("I32", ElementType.I4),
            Map.entry("I16", ElementType.I2),
            Map.entry("I8", ElementType.I1),
            Map.entry("U32", ElementType.U4),
            Map.entry("U16", ElementType.U2),
            Map.entry("U8", ElementType.U1),
            Map.entry("BOOL", ElementType.B1));

    /**
     * One tensor.
     *
     * @param type of the elements in the file
     * @param shape of the tensor
     * @param from its first byte, counted from the end of the header
     * @param to the byte after its last
     */
    record Entry(ElementType type, Shape shape, long from, long to) {}

    /** Parses and checks the header; the tensors lie one behind another in {@code dataBytes}. */
    static SafetensorsHeader parse(InputFile file, byte[] text, long dataBytes) throws IOException {
        // The reference implementation demands it, so that the first 9 bytes tell the format.
        if (text.length == 0 || text[0] != '{') {
            throw file.bad(8, "the header does not begin with '{'; this is no safetensors file");
        }
        Map<String, Entry> found = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (name.equals(METADATA)) {
                    readMetadata(file, json, metadata);
                } else {
                    found.put(name, readEntry(file, json, name));
                }
            }
            if (json.nextToken() != null) {
                throw file.bad(8 + json.currentLocation().getByteOffset(), "the header goes on after its object");
            }
        } catch (JsonProcessingException e) {
            long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
            throw file.bad(8 + at, "the header is no valid JSON: " + Text.shorten(e.getOriginalMessage()));
        }
        List<Map.Entry<String, Entry>> ordered = new ArrayList<>(found.entrySet());
        ordered.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> e) -> e.getValue().from())
                .thenComparingLong(e -> e.getValue().to()));
        Map<String, Entry> tensors = new LinkedHashMap<>();
        long at = 0;
        for (Map.Entry<String, Entry> next : ordered) {
            Entry entry = next.getValue();
            if (entry.from() != at) {
                throw file.bad(
                        -1,
                        "tensor '" + Text.shorten(next.getKey()) + "' begins at byte " + entry.from() + " of the data"
                                + (entry.from() < at ? ", inside the one before" : ", after a hole")
                                + "; the one before ends at " + at);
            }
            at = entry.to();
            tensors.put(next.getKey(), entry);
        }
        if (at != dataBytes) {
            throw file.bad(
                    -1,
                    "the tensors need " + at + " bytes, but " + dataBytes
                            + " follow the header; the file is torn or its header wrong: fetch it again");
        }
        return new SafetensorsHeader(tensors, metadata);
    }

    private static void readMetadata(InputFile file, JsonParser json, Map<String, String> metadata) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw file.bad(8, METADATA + " is no object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw file.bad(8, METADATA + ": the value of '" + Text.shorten(key) + "' is no text");
            }
            metadata.put(key, json.getText());
        }
    }

    private static Entry readEntry(InputFile file, JsonParser json, String name) throws IOException {
        String where = "tensor '" + Text.shorten(name) + "' ";
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw file.bad(8, where + "is no object with dtype, shape and data_offsets");
        }
        String dtype = null;
        long[] dims = null;
        long[] offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            json.nextToken();
            switch (key) {
                case "dtype" -> dtype = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : null;
                case "shape" -> dims = numbers(file, json, where + "has a shape", Shape.MAX_RANK);
                case "data_offsets" -> offsets = numbers(file, json, where + "has data_offsets", 2);
                default -> throw file.bad(8, where + "has the unknown key '" + Text.shorten(key) + "'");
            }
        }
        if (dtype == null || dims == null || offsets == null || offsets.length != 2) {
            throw file.bad(8, where + "needs a dtype, a shape and two data_offsets");
        }
        String given = dtype;
        ElementType type = Optional.ofNullable(TYPES.get(given))
                .orElseThrow(() -> file.bad(
                        8,
                        where + "has the element type '" + Text.shorten(given) + "'; supported are "
                                + String.join(
                                        ", ", TYPES.keySet().stream().sorted().toList())));
        Shape shape;
        try {
            shape = Shape.of(dims);
        } catch (IllegalArgumentException e) {
            throw file.bad(8, where + "has a bad shape: " + e.getMessage());
        }
        long bytes = offsets[1] - offsets[0];
        if (offsets[0] < 0 || bytes < 0 || shape.size() != bytes / type.bytes() || bytes % type.bytes() != 0) {
            throw file.bad(
                    8,
                    where + "of shape " + shape + " and " + given + " has data_offsets " + offsets[0] + ", "
                            + offsets[1] + ", which are not its " + shape.size() + " elements");
        }
        return new Entry(type, shape, offsets[0], offsets[1]);
    }

    private static long[] numbers(InputFile file, JsonParser json, String where, int most) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw file.bad(8, where + " that is no list");
        }
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || numbers.size() == most) {
                throw file.bad(8, where + " that is no list of at most " + most + " integers");
            }
            numbers.add(json.getLongValue());
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }
}
