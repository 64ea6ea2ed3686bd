package dev.eckart.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.eckart.memory.Bytes;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Named tensors in one file, as Hugging Face's safetensors keeps them: the length of a JSON header, the header, the bytes. Opening
 * reads the header alone; {@link #read} reads one tensor, straight into its memory. Thread-safe; an interrupt ends
 * a read and closes the file.
 *
 * <p>Elements become: F64, F32, BF16, I64, I32 and U8 themselves; F16 F32; I16, I8 and U16 I32; U32 I64; BOOL U8.
 */
public final class Safetensors implements AutoCloseable {
    /** What the reference implementation allows. */
    private static final long LONGEST_HEADER = 100_000_000;

    private final InputFile file;
    private final FileChannel channel;
    private final long dataStart;
    private final SafetensorsHeader header;

    private Safetensors(InputFile file, FileChannel channel, long dataStart, SafetensorsHeader header) {
        this.file = file;
        this.channel = channel;
        this.dataStart = dataStart;
        this.header = header;
    }

    /**
     * Opens a file and checks its header: tensors lie one behind another and fill the file.
     *
     * @throws BadFileException when the file is missing, torn or hostile, or its header no valid one
     */
    public static Safetensors open(Path path) throws IOException {
        InputFile file = new InputFile("safetensors", path);
        // The first open gives missing files, folders and pipes their messages.
        return file.readSized(checked -> {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return open(file, channel);
            } catch (IOException | RuntimeException | Error e) {
                channel.close();
                throw e;
            }
        });
    }

    private static Safetensors open(InputFile file, FileChannel channel) throws IOException {
        long size = channel.size();
        ChannelSource source = new ChannelSource(file, channel, 0);
        if (size < 8) {
            throw file.bad(0, "has " + size + " bytes; a safetensors file begins with 8 that hold a length");
        }
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        source.read(length);
        long bytes = length.getLong(0);
        if (bytes < 0 || bytes > LONGEST_HEADER || bytes > size - 8) {
            throw file.bad(
                    0,
                    "claims a header of " + Long.toUnsignedString(bytes) + " bytes, but "
                            + (Long.compareUnsigned(bytes, size - 8) > 0
                                    ? (size - 8) + " follow; it is no safetensors file, or torn"
                                    : "at most " + LONGEST_HEADER + " are read"));
        }
        ByteBuffer text = ByteBuffer.allocate((int) bytes);
        source.read(text);
        return new Safetensors(file, channel, 8 + bytes, SafetensorsHeader.parse(file, text.array(), size - 8 - bytes));
    }

    /** The names, in the order of the data. */
    public Set<String> names() {
        return Collections.unmodifiableSet(header.tensors().keySet());
    }

    /** The free texts that came along ({@code __metadata__}). */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** The shape of a tensor that has not been read. */
    public Shape shape(String name) {
        return entry(name).shape();
    }

    /** The element type that a tensor will have when it is read. */
    public DType dtype(String name) {
        return entry(name).type().dtype();
    }

    private SafetensorsHeader.Entry entry(String name) {
        SafetensorsHeader.Entry entry = header.tensors().get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "safetensors: " + file.path() + ": holds no tensor '" + Text.shorten(name) + "'; it has "
                            + Text.shorten(String.join(", ", header.tensors().keySet())));
        }
        return entry;
    }

    /**
     * Reads one tensor.
     *
     * @return on the host; the caller's to close
     * @throws IllegalArgumentException when there is none of this name
     * @throws IOException when the file became shorter meanwhile, or was closed
     */
    public Tensor read(String name) throws IOException {
        SafetensorsHeader.Entry entry = entry(name);
        return file.inside(() -> Filled.tensor(
                entry.type(),
                ByteOrder.LITTLE_ENDIAN,
                new ChannelSource(file, channel, dataStart + entry.from()),
                entry.shape().dims()));
    }

    /** Reads all tensors, in the order of the data; the caller's to close. */
    public static Map<String, Tensor> read(Path path) throws IOException {
        try (Safetensors open = open(path)) {
            Map<String, Tensor> all = new LinkedHashMap<>();
            try {
                for (String name : open.names()) {
                    all.put(name, open.read(name));
                }
                return all;
            } catch (IOException | RuntimeException | Error e) {
                all.values().forEach(Tensor::close);
                throw e;
            }
        }
    }

    /** Closes the file; tensors that were read stay. */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * Writes tensors, those of wider elements first, so that each is aligned; to a file beside the target, which is then renamed.
     *
     * @param metadata free texts that go along
     * @throws IllegalArgumentException for the name {@code __metadata__}
     * @throws IOException when the folder is missing or not writable, or the disk is full; the target is as it was
     */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        if (tensors.containsKey(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException(
                    "safetensors: " + path + ": no tensor can have the name " + SafetensorsHeader.METADATA);
        }
        Map<String, Tensor> rows = new LinkedHashMap<>();
        try {
            for (int width : new int[] {8, 4, 2, 1}) {
                for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
                    if (tensor.getValue().dtype().bytes() == width) {
                        try (Tensor host = tensor.getValue().to(Device.cpu())) {
                            rows.put(tensor.getKey(), host.contiguous());
                        }
                    }
                }
            }
            byte[] json = json(rows, metadata);
            AtomicFile.writeChannel(path, channel -> {
                ByteBuffer start = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
                start.putLong(json.length).put(json).flip();
                Npy.writeFully(channel, start);
                for (Tensor tensor : rows.values()) {
                    tensor.<IOException>withBuffers(part -> Npy.writeFully(channel, part));
                }
            });
        } finally {
            rows.values().forEach(Tensor::close);
        }
    }

    private static byte[] json(Map<String, Tensor> rows, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(SafetensorsHeader.METADATA);
                for (Map.Entry<String, String> text : metadata.entrySet()) {
                    json.writeStringField(text.getKey(), text.getValue());
                }
                json.writeEndObject();
            }
            long at = 0;
            for (Map.Entry<String, Tensor> row : rows.entrySet()) {
                Tensor tensor = row.getValue();
                json.writeObjectFieldStart(row.getKey());
                json.writeStringField("dtype", tensor.dtype().name());
                json.writeFieldName("shape");
                json.writeArray(tensor.shape().dims(), 0, tensor.shape().rank());
                long end = at + tensor.shape().size() * tensor.dtype().bytes();
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {at, end}, 0, 2);
                json.writeEndObject();
                at = end;
            }
            json.writeEndObject();
        }
        // The data begins at a multiple of 8.
        out.writeBytes(" ".repeat((8 - out.size() % 8) % 8).getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    @Override
    public String toString() {
        long bytes = header.tensors().values().stream()
                .mapToLong(e -> e.to() - e.from())
                .sum();
        return "safetensors " + file.path() + ": " + names().size() + " tensors, " + Bytes.text(bytes);
    }
}
