package dev.eckart.io;

import dev.eckart.memory.Bytes;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The matrix of a {@code .npy} file by blocks of its rows or columns, each read where it stands: one run of bytes along the order of
 * the file, a run for each column or row across it. The file is never mapped: one that shrinks would end the process.
 */
final class NpyBlocks {
    /** What the file was when its header was read; another one is refused. */
    private record Version(long size, FileTime modified, Object key) {
        static Version of(InputFile file) throws IOException {
            BasicFileAttributes now = Files.readAttributes(file.path(), BasicFileAttributes.class);
            return new Version(now.size(), now.lastModifiedTime(), now.fileKey());
        }
    }

    /** Uses one block while the next is being read. */
    interface Action {
        /** Takes what lies from (included) to (excluded), which is valid until this returns. */
        void accept(long from, long to, Tensor block);
    }

    private final InputFile file;
    private final NpyHeader header;
    private final Version version;

    private NpyBlocks(InputFile file, NpyHeader header, Version version) {
        this.file = file;
        this.header = header;
        this.version = version;
    }

    static NpyBlocks open(InputFile file) throws IOException {
        return file.readSized(channel -> {
            Version version = Version.of(file);
            NpyHeader header = NpyHeader.read(file, new ChannelSource(file, channel, 0), channel.size());
            return new NpyBlocks(file, header, version);
        });
    }

    NpyHeader header() {
        return header;
    }

    /** The type of the tensors that blocks are. */
    DType dtype() {
        return header.type().dtype();
    }

    boolean columnMajor() {
        return header.columnMajor();
    }

    private long rows() {
        return header.shape().dim(0);
    }

    private long columns() {
        return header.shape().dim(1);
    }

    /** The length of the matrix along the blocks' side. */
    private long side(boolean byRows) {
        return byRows ? rows() : columns();
    }

    private long across(boolean byRows) {
        return byRows ? columns() : rows();
    }

    /** Whether blocks of rows, or else of columns, are single runs of bytes. */
    private boolean isAlong(boolean byRows) {
        return byRows != columnMajor();
    }

    /** How many rows (or columns) a block of so many bytes has. */
    long height(boolean byRows, long blockBytes) {
        long each = across(byRows) * dtype().bytes();
        return Math.max(1, Math.min(side(byRows), blockBytes / Math.max(1, each)));
    }

    /** The bytes of a run, when blocks of this height are read. */
    long run(boolean byRows, long height) {
        return height * header.type().bytes() * (isAlong(byRows) ? across(byRows) : 1);
    }

    /** A block as read: (height, across) along the order of the file, (across, height) across it. */
    private Tensor empty(boolean byRows, long height) {
        return isAlong(byRows)
                ? Tensor.empty(Device.cpu(), dtype(), height, across(byRows))
                : Tensor.empty(Device.cpu(), dtype(), across(byRows), height);
    }

    /** A block as (rows, columns) of the matrix. */
    private Tensor turned(Tensor block) {
        return columnMajor() ? block.transpose() : block.slice(0, 0, block.dim(0));
    }

    /** Rows, or columns, from (included) to (excluded), as (rows, columns) of the matrix in the file's type. */
    Tensor read(String operation, boolean byRows, long from, long to) {
        Interrupts.check(operation);
        try (Tensor block = empty(byRows, to - from)) {
            if (block.shape().size() > 0) {
                file.readSized(channel -> {
                    fill(channel, byRows, from, block);
                    return null;
                });
            }
            return turned(block);
        } catch (IOException e) {
            throw failed(operation, e);
        }
    }

    /** An interrupt ends an operation in one way, wherever it is noticed. */
    private static RuntimeException failed(String operation, IOException e) {
        if (e instanceof InterruptedIOException) {
            Interrupts.check(operation);
        }
        return new UncheckedIOException(e);
    }

    /**
     * Reads the whole file once. While the action has one block, on this thread, another thread fills the other.
     *
     * @throws UncheckedIOException naming file and offset, when the file ends early or is another than it was
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    void forEach(String operation, boolean byRows, long height, Action action) {
        if (header.shape().size() == 0) {
            return;
        }
        Interrupts.check(operation);
        try {
            file.readSized(channel -> {
                try (Tensor first = empty(byRows, height);
                        Tensor second = empty(byRows, height);
                        Reader reader = new Reader(channel, byRows, height, first, second)) {
                    long side = side(byRows);
                    for (long from = 0; from < side; from += height) {
                        Interrupts.check(operation);
                        long to = Math.min(side, from + height);
                        try (Tensor filled = reader.take(operation, from)) {
                            if (to < side) {
                                reader.start(to);
                            }
                            try (Tensor block = turned(filled)) {
                                action.accept(from, to, block);
                            }
                        }
                    }
                }
                return null;
            });
        } catch (IOException e) {
            throw failed(operation, e);
        }
    }

    /** Fills a block with what begins at row (or column) {@code from}. */
    private void fill(FileChannel channel, boolean byRows, long from, Tensor block) throws IOException {
        if (isAlong(byRows)) {
            ChannelSource source = new ChannelSource(file, channel, at(from * across(byRows)));
            block.<IOException>withBuffers(part -> header.type().read(source, header.order(), part));
        } else {
            for (long i = 0; i < block.dim(0); i++) {
                ChannelSource source = new ChannelSource(file, channel, at(i * side(byRows) + from));
                try (Tensor run = block.slice(0, i, i + 1)) {
                    run.<IOException>withBuffers(part -> header.type().read(source, header.order(), part));
                }
            }
        }
        requireSame(at(isAlong(byRows) ? from * across(byRows) : from));
    }

    private long at(long element) {
        return header.dataOffset() + element * header.type().bytes();
    }

    private void requireSame(long offset) throws IOException {
        Version now = Version.of(file);
        if (!now.equals(version)) {
            String how = now.size == version.size
                    ? "was written to or replaced"
                    : "had " + Bytes.text(version.size) + ", now has " + Bytes.text(now.size);
            throw file.bad(offset, "changed while it was read: it " + how + "; start again when nothing writes to it");
        }
    }

    /** The thread that fills one of two blocks while the other is used. */
    private final class Reader implements AutoCloseable {
        private final FileChannel channel;
        private final boolean byRows;
        private final long height;
        private final Tensor[] blocks;
        private final ExecutorService thread = Executors.newSingleThreadExecutor(run -> {
            Thread made = new Thread(run, "eckart-npy");
            made.setDaemon(true);
            return made;
        });
        private Future<?> pending;

        Reader(FileChannel channel, boolean byRows, long height, Tensor... blocks) {
            this.channel = channel;
            this.byRows = byRows;
            this.height = height;
            this.blocks = blocks;
            start(0);
        }

        /** The part of a block's memory that holds what begins at {@code from}: the last one is shorter. */
        private Tensor part(long from) {
            Tensor whole = blocks[(int) (from / height % 2)];
            long count = Math.min(height, side(byRows) - from);
            long other = across(byRows);
            try (Tensor flat = whole.reshape(whole.shape().size());
                    Tensor cut = flat.slice(0, 0, count * other)) {
                return isAlong(byRows) ? cut.reshape(count, other) : cut.reshape(other, count);
            }
        }

        void start(long from) {
            pending = thread.submit(() -> {
                // The products have the other threads.
                try (Tensor block = part(from);
                        Threads one = Threads.use(1)) {
                    fill(channel, byRows, from, block);
                }
                return null;
            });
        }

        /** Waits for the block that was started. */
        Tensor take(String operation, long from) throws IOException {
            try {
                pending.get();
                return part(from);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                Interrupts.check(operation);
                throw new IllegalStateException(e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) e.getCause();
            }
        }

        /** Returns when nothing is written to the blocks any more. */
        @Override
        public void close() {
            thread.shutdownNow();
            boolean interrupted = false;
            while (true) {
                try {
                    if (thread.awaitTermination(1, TimeUnit.HOURS)) {
                        break;
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
