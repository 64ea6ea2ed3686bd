package dev.eckart.benchmarks.quality;

import dev.eckart.embedding.Document;
import dev.eckart.io.Texts;
import dev.eckart.text.Documents;
import dev.eckart.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Reviews as words, with labels. */
final class ReviewSet {
    private final List<List<String>> words;
    private final int[] labels;

    private ReviewSet(List<List<String>> words, int[] labels) {
        this.words = words;
        this.labels = labels;
    }

    /** Numbers of reviews; the training half is what vectors are fitted to and what settings are chosen on. */
    record Split(int[] fit, int[] validation, int[] test) {
        int[] training() {
            return IntStream.concat(Arrays.stream(fit), Arrays.stream(validation))
                    .toArray();
        }
    }

    /** Reads lines {@code {"text": …, "label": 0 or 1}}. */
    static ReviewSet read(Path file) throws IOException {
        List<List<String>> words = new ArrayList<>();
        // One copy of each word, or eleven million fill the memory.
        Map<String, String> once = new HashMap<>();
        long start = System.nanoTime();
        try (Tokenizer tokenizer = Tokenizer.words().withoutHtml();
                Documents documents = Documents.open(file, tokenizer)) {
            for (Document document : documents) {
                words.add(document.words().stream()
                        .map(w -> once.computeIfAbsent(w, x -> x))
                        .toList());
            }
        }
        Figures.print("tokenizing seconds", Figures.since(start));
        Figures.print("tokens", words.stream().mapToLong(List::size).sum());
        List<Integer> labels = new ArrayList<>();
        try (Texts texts = Texts.open(file)) {
            while (texts.hasNext()) {
                labels.add(Integer.valueOf(texts.next().label()));
            }
        }
        return new ReviewSet(words, labels.stream().mapToInt(i -> i).toArray());
    }

    /** Reads a line for each review: 0 fit, 1 validation, 2 test. */
    Split split(Path file) throws IOException {
        List<String> parts = Files.readAllLines(file);
        return new Split(in(parts, "0"), in(parts, "1"), in(parts, "2"));
    }

    private static int[] in(List<String> parts, String part) {
        return IntStream.range(0, parts.size())
                .filter(i -> parts.get(i).equals(part))
                .toArray();
    }

    List<List<String>> words() {
        return words;
    }

    List<List<String>> words(int[] numbers) {
        return Arrays.stream(numbers).mapToObj(words::get).toList();
    }

    Iterable<Document> documents(int[] numbers) {
        return Arrays.stream(numbers)
                .mapToObj(i -> new Document("", words.get(i)))
                .toList();
    }

    int[] labels(int[] numbers) {
        return Arrays.stream(numbers).map(i -> labels[i]).toArray();
    }
}
