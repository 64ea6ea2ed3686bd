package dev.eckart.text;

import dev.eckart.embedding.Document;
import dev.eckart.io.Texts;
import dev.eckart.memory.Threads;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The documents of a collection, as words, in their order: read one after the other and cut into words by several threads (as many as
 * {@link Threads} says), a few batches ahead, so that a collection of any size takes the memory of some batches. Its iterator is this
 * object: it can be gone through once. Not thread-safe.
 *
 * <pre>{@code
 * try (Tokenizer tokenizer = Tokenizer.words();
 *         Documents documents = Documents.open(Path.of("reviews.jsonl"), tokenizer);
 *         Lsa lsa = Lsa.rank(100).fit(documents)) { … }
 * }</pre>
 */
public final class Documents implements Iterable<Document>, Iterator<Document>, Closeable {
    private static final int BATCH_CHARACTERS = 1 << 16;
    private static final int TITLE = 80;

    private final Texts texts;
    private final Tokenizer tokenizer;
    private final int ahead = 2 * Threads.current();
    private final ExecutorService pool;
    private final ArrayDeque<Future<List<Document>>> batches = new ArrayDeque<>();
    private Iterator<Document> current = List.<Document>of().iterator();
    private long count;

    private Documents(Texts texts, Tokenizer tokenizer) {
        this.texts = texts;
        this.tokenizer = tokenizer;
        this.pool = Executors.newFixedThreadPool(Threads.current(), work -> {
            Thread thread = new Thread(work, "eckart-words");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Opens a collection, as {@link Texts#open}.
     *
     * @throws dev.eckart.io.BadFileException when it is missing, or a folder without .txt files
     */
    public static Documents open(Path path, Tokenizer tokenizer) throws IOException {
        return new Documents(Texts.open(path), tokenizer);
    }

    /** How many documents were handed out. */
    public long count() {
        return count;
    }

    /** This object. */
    @Override
    public Iterator<Document> iterator() {
        return this;
    }

    /** The words of each document, this object's; for what takes no titles. */
    public Iterable<List<String>> words() {
        return () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return Documents.this.hasNext();
            }

            @Override
            public List<String> next() {
                return Documents.this.next().words();
            }
        };
    }

    /**
     * @throws java.io.UncheckedIOException when the collection cannot be read further: it names file and line
     * @throws CancellationException when this thread is interrupted
     */
    @Override
    public boolean hasNext() {
        while (!current.hasNext()) {
            while (batches.size() < ahead && texts.hasNext()) {
                List<Texts.Item> batch = batch();
                batches.add(pool.submit(() -> cut(batch)));
            }
            if (batches.isEmpty()) {
                return false;
            }
            current = await(batches.remove()).iterator();
        }
        return true;
    }

    private List<Texts.Item> batch() {
        List<Texts.Item> batch = new ArrayList<>();
        for (int characters = 0; characters < BATCH_CHARACTERS && texts.hasNext(); ) {
            Texts.Item item = texts.next();
            batch.add(item);
            // Empty texts count, or a file of empty lines would be one batch.
            characters += item.text().length() + 1;
        }
        return batch;
    }

    private List<Document> cut(List<Texts.Item> batch) {
        List<Document> documents = new ArrayList<>(batch.size());
        for (Texts.Item item : batch) {
            documents.add(new Document(title(item.text()), tokenizer.words(item.text())));
        }
        return documents;
    }

    /** The start of a text in one line: each run of blanks and control characters is one blank. */
    private String title(String text) {
        String start = tokenizer.plain(text.substring(0, Math.min(text.length(), 4 * TITLE)));
        StringBuilder line = new StringBuilder();
        boolean blank = true;
        for (int i = 0; i < start.length() && line.length() <= 2 * TITLE + 1; i++) {
            char c = start.charAt(i);
            if (c > ' ' && c != 0x7F) {
                line.append(c);
                blank = false;
            } else if (!blank) {
                line.append(' ');
                blank = true;
            }
        }
        start = line.toString().strip();
        if (start.codePointCount(0, start.length()) <= TITLE) {
            return start;
        }
        return start.substring(0, start.offsetByCodePoints(0, TITLE - 1)) + "…";
    }

    private static List<Document> await(Future<List<Document>> batch) {
        try {
            return batch.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("documents: interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException r) {
                throw r;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public Document next() {
        if (!hasNext()) {
            throw new NoSuchElementException("documents: none is left");
        }
        count++;
        return current.next();
    }

    /** Ends the threads and closes the file. */
    @Override
    public void close() throws IOException {
        pool.shutdownNow();
        texts.close();
    }
}
