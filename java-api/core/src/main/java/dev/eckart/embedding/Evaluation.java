package dev.eckart.embedding;

import dev.eckart.io.Lines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How well word vectors say what people say of words. */
public final class Evaluation {
    private Evaluation() {}

    /**
     * Agreement with similarities that people gave.
     *
     * @param correlation Spearman's, of cosines with the scores of the file; NaN for fewer than two pairs
     * @param used pairs of which both words are known
     * @param pairs in the file
     */
    public record Pairs(double correlation, int used, int pairs) {}

    /**
     * Analogies.
     *
     * @param right answers
     * @param used questions of which all four words are known
     * @param questions in the file
     */
    public record Analogies(int right, int used, int questions) {
        /** The share of right answers; NaN of none. */
        public double accuracy() {
            return (double) right / used;
        }
    }

    /**
     * Compares cosines with the scores of a file of word pairs: two words and a number in each line, between tabs, commas or blanks, as
     * WordSim-353 and SimLex-999 come. Lines that begin with #, and a first line whose third cell is no number, are skipped. Words
     * that are not known as they stand are tried in lower case.
     *
     * @throws dev.eckart.io.BadFileException naming the line that is none of this
     */
    public static Pairs pairs(WordVectors vectors, Path file) throws IOException {
        List<double[]> scores = new ArrayList<>();
        int pairs = 0;
        try (Lines lines = Lines.open("word pairs", file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                String[] cells = line.strip().split("\t|\\s*,\\s*| +");
                double score = cells.length < 3 ? Double.NaN : number(cells[2]);
                if (!Double.isFinite(score)) {
                    if (lines.number() == 1 && cells.length >= 3) {
                        continue;
                    }
                    throw lines.bad("two words and a number were expected");
                }
                pairs++;
                String a = known(vectors, cells[0]);
                String b = known(vectors, cells[1]);
                if (a != null && b != null) {
                    scores.add(new double[] {vectors.similarity(a, b), score});
                }
            }
        }
        double[] cosines = scores.stream().mapToDouble(s -> s[0]).toArray();
        double[] given = scores.stream().mapToDouble(s -> s[1]).toArray();
        return new Pairs(cosines.length < 2 ? Double.NaN : Spearman.of(cosines, given), cosines.length, pairs);
    }

    /**
     * Asks the analogies of a file: four words in each line, of which the last is the answer, as Google's questions-words.txt has them;
     * lines that begin with a colon name sections.
     *
     * @throws dev.eckart.io.BadFileException naming the line that is none of this
     */
    public static Analogies analogies(WordVectors vectors, Path file, WordVectors.Analogy method) throws IOException {
        int right = 0;
        int used = 0;
        int questions = 0;
        try (Lines lines = Lines.open("analogies", file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (line.isBlank() || line.startsWith(":") || line.startsWith("#")) {
                    continue;
                }
                String[] words = line.strip().split("\\s+");
                if (words.length != 4) {
                    throw lines.bad("four words were expected, not " + words.length);
                }
                questions++;
                for (int i = 0; i < 4; i++) {
                    words[i] = known(vectors, words[i]);
                }
                if (words[0] != null && words[1] != null && words[2] != null && words[3] != null) {
                    used++;
                    List<Match> answer = vectors.analogy(words[0], words[1], words[2], 1, method);
                    right += !answer.isEmpty() && answer.get(0).name().equals(words[3]) ? 1 : 0;
                }
            }
        }
        return new Analogies(right, used, questions);
    }

    /** The word, or its lower case, or null. */
    private static String known(WordVectors vectors, String word) {
        if (vectors.vocabulary().number(word) >= 0) {
            return word;
        }
        String lower = word.toLowerCase(Locale.ROOT);
        return vectors.vocabulary().number(lower) >= 0 ? lower : null;
    }

    private static double number(String cell) {
        try {
            return Double.parseDouble(cell);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
