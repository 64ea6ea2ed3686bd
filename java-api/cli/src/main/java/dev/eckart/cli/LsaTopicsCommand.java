package dev.eckart.cli;

import dev.eckart.embedding.Lsa;
import dev.eckart.embedding.Match;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lsa topics MODEL [--top N]}. */
@Command(
        name = "topics",
        description =
                "The words that make each dimension: its number from 0, its singular value, words with their weights.")
final class LsaTopicsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "the file that eckart lsa fit wrote")
    private Path model;

    @Option(names = "--top", paramLabel = "N", description = "how many words (default: 10)")
    private int top = 10;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() {
        Matches.requireTop(top);
        try (Session session = options.open();
                Lsa lsa = LsaModel.read(model)) {
            Host.require(options, session);
            double[] s = lsa.embedding().svd().s().toArray();
            List<List<Match>> topics = lsa.topics(top);
            if (options.json()) {
                options.out()
                        .println(new Report()
                                .put("command", "lsa topics")
                                .put("singularValues", s)
                                .put(
                                        "topics",
                                        topics.stream()
                                                .map(words -> words.stream()
                                                        .map(Match::name)
                                                        .toList())
                                                .toList()));
                return 0;
            }
            for (int j = 0; j < s.length; j++) {
                String words = topics.get(j).stream()
                        .map(m -> String.format(Locale.ROOT, "%s %.2f", m.name(), m.score()))
                        .collect(Collectors.joining(", "));
                options.out().printf(Locale.ROOT, "%d\t%.4g\t%s%n", j, s[j], words);
            }
            return 0;
        }
    }
}
