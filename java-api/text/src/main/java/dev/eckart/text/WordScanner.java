package dev.eckart.text;

import java.util.List;
import java.util.function.Predicate;

/**
 * Words of ASCII text by the rules of Unicode (UAX #29, WB5 to WB13b), in lower case: letters, digits and underscores, with a colon, a
 * period or an apostrophe between two letters, a comma, a semicolon, a period or an apostrophe between two digits; underscores alone are
 * none. What stands between two blanks and is not ASCII, or longer than a word may be, is left to another. Words met often come as the same
 * object. Thread-safe.
 */
final class WordScanner {
    /** Lucene's longest word. */
    private static final int LONGEST = 255;

    private static final int KNOWN_BITS = 16;
    private static final byte NONE = 0;
    private static final byte UNDERSCORE = 1;
    private static final byte LETTER = 2;
    private static final byte DIGIT = 4;
    /** Of each character what it is; of one that may stand between two letters, or two digits, that times 8. */
    private static final byte[] KINDS = new byte[128];

    static {
        for (char c = 'a'; c <= 'z'; c++) {
            KINDS[c] = LETTER;
            KINDS[c - 'a' + 'A'] = LETTER;
        }
        for (char c = '0'; c <= '9'; c++) {
            KINDS[c] = DIGIT;
        }
        KINDS['_'] = UNDERSCORE;
        KINDS[':'] = LETTER << 3;
        KINDS[','] = DIGIT << 3;
        KINDS[';'] = DIGIT << 3;
        KINDS['.'] = LETTER + DIGIT << 3;
        KINDS['\''] = LETTER + DIGIT << 3;
    }

    private final Predicate<String> kept;
    /** The last word of each place: threads may write over each other's, as each is whole. */
    private final Known[] known = new Known[1 << KNOWN_BITS];

    /** @param kept which words are handed out */
    WordScanner(Predicate<String> kept) {
        this.kept = kept;
    }

    /** A word of at most sixteen characters, and these: the first eight, and the others. */
    private record Known(long first, long others, String word) {}

    /** Takes what is not ASCII. */
    interface Other {
        void words(String part, List<String> out);
    }

    /** The words of a text, behind those that are there. */
    void words(String text, Other other, List<String> out) {
        char[] all = text.toCharArray();
        for (int i = 0; i < all.length; ) {
            int start = i;
            int union = 0;
            while (i < all.length && !isBlank(all[i])) {
                union |= all[i++];
            }
            if (union >= 128 || i - start > LONGEST) {
                other.words(text.substring(start, i), out);
            } else {
                ascii(all, start, i, out);
            }
            i++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r';
    }

    private void ascii(char[] all, int from, int to, List<String> out) {
        for (int i = from; i < to; ) {
            int start = i;
            long first = 0;
            long others = 0;
            int met = 0;
            int before = NONE;
            for (; i < to; i++) {
                int kind = KINDS[all[i]];
                if (kind >= 8) {
                    int both = kind >> 3 & before;
                    kind = both != 0 && i + 1 < to && KINDS[all[i + 1]] == both ? NONE : -1;
                } else if (kind == NONE) {
                    kind = -1;
                } else {
                    met |= kind;
                }
                if (kind < 0) {
                    break;
                }
                if (all[i] >= 'A' && all[i] <= 'Z') {
                    all[i] += 'a' - 'A';
                }
                if (i - start < 8) {
                    first = first << 8 | all[i];
                } else {
                    others = others << 8 | all[i];
                }
                before = kind;
            }
            if (met > UNDERSCORE) {
                String word = i - start > 16 ? new String(all, start, i - start) : word(all, start, i, first, others);
                if (kept.test(word)) {
                    out.add(word);
                }
            }
            i = Math.max(i, start + 1);
        }
    }

    private String word(char[] all, int from, int to, long first, long others) {
        int place = (int) ((first * 31 + others) * 0x9E3779B97F4A7C15L >>> 64 - KNOWN_BITS);
        Known found = known[place];
        if (found == null || found.first != first || found.others != others) {
            found = new Known(first, others, new String(all, from, to - from));
            known[place] = found;
        }
        return found.word;
    }
}
