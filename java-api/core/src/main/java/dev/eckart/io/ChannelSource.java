package dev.eckart.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Bytes of a file from a position on. */
final class ChannelSource implements ElementType.Source {
    private final InputFile file;
    private final FileChannel channel;
    private long at;

    ChannelSource(InputFile file, FileChannel channel, long at) {
        this.file = file;
        this.channel = channel;
        this.at = at;
    }

    @Override
    public void read(ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            int count = channel.read(target, at);
            if (count < 0) {
                throw file.bad(
                        at,
                        "the file ends here, " + target.remaining()
                                + " bytes too early: it became shorter while it was read; try again when it is written");
            }
            at += count;
        }
    }
}
