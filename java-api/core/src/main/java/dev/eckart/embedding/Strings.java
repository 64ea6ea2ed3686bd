package dev.eckart.embedding;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts as tensors: their UTF-8 bytes one behind another, U8, and where each ends, I64.
 */
record Strings(Tensor bytes, Tensor ends) implements AutoCloseable {
    static Strings of(List<String> texts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        long[] ends = new long[texts.size()];
        for (int i = 0; i < ends.length; i++) {
            all.writeBytes(texts.get(i).getBytes(StandardCharsets.UTF_8));
            ends[i] = all.size();
        }
        return new Strings(Tensor.of(all.toByteArray()), Tensor.of(ends));
    }

    /** @throws IllegalArgumentException when the ends are none */
    List<String> toList() {
        if (bytes.dtype() != DType.U8) {
            throw new IllegalArgumentException("texts are u8, not " + bytes.dtype());
        }
        byte[] all = new byte[Math.toIntExact(bytes.shape().size())];
        int[] at = {0};
        bytes.withBuffers((ByteBuffer part) -> {
            int length = part.remaining();
            part.get(all, at[0], length);
            at[0] += length;
        });
        List<String> texts = new ArrayList<>();
        long from = 0;
        for (long end : ends.toLongArray()) {
            if (end < from || end > all.length) {
                throw new IllegalArgumentException(
                        "text " + texts.size() + " ends at byte " + end + ", of " + all.length);
            }
            texts.add(new String(all, (int) from, (int) (end - from), StandardCharsets.UTF_8));
            from = end;
        }
        return texts;
    }

    @Override
    public void close() {
        bytes.close();
        ends.close();
    }
}
