package dev.eckart.cli;

import dev.eckart.embedding.Document;
import dev.eckart.text.Documents;
import dev.eckart.text.Tokenizer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** The documents of a command, which tell its progress as they are taken. */
final class Collection implements Iterable<Document>, Closeable {
    private static final int TOLD_EVERY = 500;

    private final Documents documents;
    private final Progress progress;

    private Collection(Documents documents, Progress progress) {
        this.documents = documents;
        this.progress = progress;
    }

    /** @throws UsageException when there is nothing to read */
    static Collection open(Path path, Tokenizer tokenizer, Progress progress) {
        try {
            return new Collection(Documents.open(path, tokenizer), progress);
        } catch (IOException e) {
            throw new UsageException(Errors.text(e), e);
        }
    }

    @Override
    public Iterator<Document> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                try {
                    return documents.hasNext();
                } catch (UncheckedIOException e) {
                    throw new UsageException(Errors.text(e), e);
                }
            }

            @Override
            public Document next() {
                if (documents.count() % TOLD_EVERY == 0) {
                    progress.update("reading, " + documents.count() + " documents", Double.NaN);
                }
                return documents.next();
            }
        };
    }

    /** Without titles. */
    Iterable<List<String>> words() {
        return () -> {
            Iterator<Document> all = iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return all.hasNext();
                }

                @Override
                public List<String> next() {
                    return all.next().words();
                }
            };
        };
    }

    long count() {
        return documents.count();
    }

    @Override
    public void close() throws IOException {
        documents.close();
    }
}
