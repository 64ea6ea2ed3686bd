package dev.eckart.embedding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Words, their numbers 0…n−1, and how often each was met. Immutable and thread-safe. */
public final class Vocabulary {
    private final List<String> words;
    private final long[] counts;
    private final Map<String, Integer> numbers;

    private Vocabulary(List<String> words, long[] counts) {
        this.words = List.copyOf(words);
        this.counts = counts.clone();
        this.numbers = new HashMap<>(2 * words.size());
        for (int i = 0; i < this.words.size(); i++) {
            if (numbers.putIfAbsent(this.words.get(i), i) != null) {
                throw new IllegalArgumentException("vocabulary: the word '" + this.words.get(i) + "' stands at "
                        + numbers.get(this.words.get(i)) + " and " + i + "; name each once");
            }
        }
    }

    /**
     * Words in the order of their numbers.
     *
     * @param counts how often each was met
     * @throws IllegalArgumentException when a word occurs twice, or the lengths differ
     */
    public static Vocabulary of(List<String> words, long[] counts) {
        if (words.size() != counts.length) {
            throw new IllegalArgumentException(
                    "vocabulary: " + words.size() + " words and " + counts.length + " counts");
        }
        return new Vocabulary(words, counts);
    }

    /** Words whose counts are not known: all 0. */
    public static Vocabulary of(List<String> words) {
        return of(words, new long[words.size()]);
    }

    /** How many words. */
    public int size() {
        return words.size();
    }

    /** All words, in the order of their numbers. */
    public List<String> words() {
        return words;
    }

    /** The word of a number. */
    public String word(int number) {
        return words.get(number);
    }

    /** The number of a word; −1 for one that is not here. */
    public int number(String word) {
        return numbers.getOrDefault(word, -1);
    }

    /**
     * The number of a word that has to be here.
     *
     * @throws IllegalArgumentException naming the word, when it is not
     */
    public int require(String word) {
        int number = number(word);
        if (number < 0) {
            throw new IllegalArgumentException("the word '" + word + "' is not among the " + size() + " known ones");
        }
        return number;
    }

    /** How often a word was met. */
    public long count(int number) {
        return counts[number];
    }

    /** The sum of all counts. */
    public long total() {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    /** Words numbered as they come, and counted. */
    static final class Counter {
        private static final int RECENT_BITS = 16;
        private static final int RECENT = 1 << RECENT_BITS;
        private static final int PLACE_SHIFT = Integer.SIZE - RECENT_BITS;

        private final Map<String, Integer> numbers = new HashMap<>();
        private final List<String> words = new ArrayList<>();
        private long[] counts = new long[1024];
        /** Of each place the word looked up last, and its number: words met often come as the same object, which one look tells. */
        private final String[] recent = new String[RECENT];

        private final int[] numberOf = new int[RECENT];

        /** The number of a word, a new one for a new word; counts nothing. */
        int number(String word) {
            int place = word.hashCode() * 0x9E3779B9 >>> PLACE_SHIFT;
            if (recent[place] != word) {
                numberOf[place] = find(word);
                recent[place] = word;
            }
            return numberOf[place];
        }

        private int find(String word) {
            Integer known = numbers.get(word);
            if (known != null) {
                return known;
            }
            int number = words.size();
            if (number == counts.length) {
                counts = java.util.Arrays.copyOf(counts, 2 * number);
            }
            numbers.put(word, number);
            words.add(word);
            return number;
        }

        void count(int number) {
            counts[number]++;
        }

        int size() {
            return words.size();
        }

        /**
         * The words met from {@code least} to {@code most} times, of which the {@code limit} most frequent: by descending count, those
         * of equal counts by their characters, so that the order in which texts came is forgotten.
         */
        Selection select(long least, long most, int limit) {
            List<Integer> kept = new ArrayList<>();
            for (int i = 0; i < words.size(); i++) {
                if (counts[i] >= least && counts[i] <= most) {
                    kept.add(i);
                }
            }
            kept.sort(Comparator.<Integer>comparingLong(i -> -counts[i]).thenComparing(words::get));
            kept = kept.subList(0, Math.min(limit, kept.size()));
            int[] renumbered = new int[words.size()];
            java.util.Arrays.fill(renumbered, -1);
            long[] countOf = new long[kept.size()];
            List<String> names = new ArrayList<>(kept.size());
            for (int i = 0; i < countOf.length; i++) {
                int old = kept.get(i);
                renumbered[old] = i;
                countOf[i] = counts[old];
                names.add(words.get(old));
            }
            return new Selection(Vocabulary.of(names, countOf), renumbered);
        }
    }

    /**
     * Some of the words that were counted.
     *
     * @param vocabulary those words
     * @param renumbered for each number of the counter the new one, or −1
     */
    record Selection(Vocabulary vocabulary, int[] renumbered) {}
}
