package dev.eckart.io;

import dev.eckart.memory.Threads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Bytes of a file from a position on. Much of it is read by several threads ({@link Threads}), as reading is a copy from the page
 * cache, and a new tensor's pages are cleared on the way.
 */
final class ChannelSource implements ElementType.Source {
    /** A few such reads cost what starting a thread does. */
    private static final int BLOCK = 8 << 20;

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
        int blocks = target.remaining() / BLOCK;
        int helpers = Math.min(Threads.current(), blocks / 2) - 1;
        if (helpers > 0) {
            new Blocks(target.duplicate(), at).read(helpers);
            at += target.remaining();
            target.position(target.limit());
        } else {
            at += readFully(target, at);
        }
    }

    /** Fills {@code target} from a position of the file on; the number of bytes. */
    private int readFully(ByteBuffer target, long from) throws IOException {
        int bytes = target.remaining();
        long next = from;
        while (target.hasRemaining()) {
            int count = channel.read(target, next);
            if (count < 0) {
                throw file.bad(
                        next,
                        "the file ends here, " + target.remaining()
                                + " bytes too early: it became shorter while it was read; try again when it is written");
            }
            next += count;
        }
        return bytes;
    }

    /** One read in blocks, which this thread and its helpers take in turn. */
    private final class Blocks implements SharedWork.Part {
        private final ByteBuffer target;
        private final long start;

        Blocks(ByteBuffer target, long start) {
            this.target = target;
            this.start = start;
        }

        void read(int helpers) throws IOException {
            SharedWork.run((target.remaining() + BLOCK - 1) / BLOCK, helpers, this);
        }

        @Override
        public void run(int block) throws IOException {
            int from = block * BLOCK;
            int length = Math.min(BLOCK, target.remaining() - from);
            readFully(target.slice(target.position() + from, length), start + from);
        }
    }
}
