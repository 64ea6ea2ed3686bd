package dev.eckart.embedding;

import java.util.List;

/**
 * A text as its words.
 *
 * @param title what is shown of it
 * @param words in their order, as a tokenizer gave them
 */
public record Document(String title, List<String> words) {
    /** Without a title. */
    public static Document of(String... words) {
        return new Document("", List.of(words));
    }
}
