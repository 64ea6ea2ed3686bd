package dev.eckart.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;

/** Bytes of a stream, uncompressed on the way. */
final class StreamSource implements ElementType.Source {
    private final InputFile file;
    private final ReadableByteChannel channel;
    private long at;

    StreamSource(InputFile file, InputStream stream) {
        this.file = file;
        this.channel = Channels.newChannel(stream);
    }

    @Override
    public void read(ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            int count = channel.read(target);
            if (count < 0) {
                throw file.bad(
                        at,
                        "the uncompressed data ends here, " + target.remaining()
                                + " bytes before what the header needs; fetch the file again");
            }
            at += count;
        }
    }
}
