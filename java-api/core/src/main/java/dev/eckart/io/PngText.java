package dev.eckart.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Text inside a PNG file: the chunk iTXt, UTF-8 and uncompressed (PNG specification, 11.3.3.4). */
final class PngText {
    /** The signature and the header, after which text may stand. */
    private static final int HEAD = 8 + 4 + 4 + 13 + 4;

    private PngText() {}

    static byte[] with(byte[] png, String keyword, String text) {
        if (!keyword.matches("[!-~]([ -~]{0,77}[!-~])?")) {
            throw new IllegalArgumentException(
                    "png: keyword \"" + keyword + "\" has to be 1 to 79 printable ASCII characters");
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes("iTXt".getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(keyword.getBytes(StandardCharsets.US_ASCII));
        // The end of the keyword; not compressed, by method 0; no language, no translated keyword.
        body.writeBytes(new byte[5]);
        body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        byte[] chunk = body.toByteArray();
        CRC32 crc = new CRC32();
        crc.update(chunk);
        return ByteBuffer.allocate(png.length + chunk.length + 8)
                .put(png, 0, HEAD)
                .putInt(chunk.length - 4)
                .put(chunk)
                .putInt((int) crc.getValue())
                .put(png, HEAD, png.length - HEAD)
                .array();
    }
}
