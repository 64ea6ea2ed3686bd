package dev.eckart.embedding;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The nine titles of Deerwester et al. 1990, and the twelve words that more than one of them has. */
final class Titles {
    static final List<String> TEXTS = List.of(
            "Human machine interface for Lab ABC computer applications",
            "A survey of user opinion of computer system response time",
            "The EPS user interface management system",
            "System and human system engineering testing of EPS",
            "Relation of user-perceived response time to error measurement",
            "The generation of random, binary, unordered trees",
            "The intersection graph of paths in trees",
            "Graph minors IV: Widths of trees and well-quasi-ordering",
            "Graph minors: A survey");

    static final List<String> WORDS = List.of(
            "human",
            "interface",
            "computer",
            "user",
            "system",
            "response",
            "time",
            "eps",
            "survey",
            "trees",
            "graph",
            "minors");

    private static final Set<String> COMMON = Set.of("a", "and", "for", "in", "of", "the", "to");

    private Titles() {}

    static List<String> words(String text) {
        return Stream.of(text.toLowerCase(Locale.ROOT).split("[^a-z]+"))
                .filter(word -> !COMMON.contains(word))
                .toList();
    }

    static List<Document> documents() {
        return TEXTS.stream().map(text -> new Document(text, words(text))).toList();
    }
}
