package dev.eckart.text;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * Cuts texts into words by the rules of Unicode (UAX #29), in lower case; without the most common ones, their endings or the
 * marks of HTML when asked. Apache Lucene does it; of ASCII, by the same rules, a faster scan. Thread-safe.
 */
public final class Tokenizer implements AutoCloseable {
    private final boolean html;
    private final boolean stopWords;
    private final String stemmer;
    private final Analyzer analyzer;
    private final WordScanner scanner;

    private Tokenizer(boolean html, boolean stopWords, String stemmer) {
        this.html = html;
        this.stopWords = stopWords;
        this.stemmer = stemmer;
        this.analyzer = new Words(stopWords, stemmer);
        this.scanner = new WordScanner(word -> !stopWords || !EnglishAnalyzer.ENGLISH_STOP_WORDS_SET.contains(word));
    }

    /** All words in lower case. */
    public static Tokenizer words() {
        return new Tokenizer(false, false, "");
    }

    /**
     * Takes texts as HTML: tags, comments, scripts and styles go, each mark that ends a line or paragraph ends a word, entities become
     * their characters. What is no HTML is kept as it stands.
     */
    public Tokenizer withoutHtml() {
        return new Tokenizer(true, stopWords, stemmer);
    }

    /** Leaves out Lucene's 33 English stop words (a, and, the …). */
    public Tokenizer withoutStopWords() {
        return new Tokenizer(html, true, stemmer);
    }

    /**
     * Takes endings away, by a Snowball stemmer.
     *
     * @param language its name, as {@code english} or {@code german}; empty for none
     * @throws IllegalArgumentException when there is no such stemmer
     */
    public Tokenizer stemming(String language) {
        try {
            return new Tokenizer(html, stopWords, language.toLowerCase(Locale.ROOT)).probed();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "tokenizer: there is no stemmer for '" + language
                            + "'; some are english, german, french, spanish, italian, russian",
                    e);
        }
    }

    private Tokenizer probed() {
        words("probe");
        return this;
    }

    /**
     * Settings as one text, for a model's file.
     *
     * @see #parse
     */
    public String settings() {
        return "words" + (html ? " html" : "") + (stopWords ? " stop" : "")
                + (stemmer.isEmpty() ? "" : " stem=" + stemmer);
    }

    /**
     * The tokenizer of these {@link #settings}.
     *
     * @throws IllegalArgumentException when they are none
     */
    public static Tokenizer parse(String settings) {
        Tokenizer made = words();
        for (String part : settings.split(" ")) {
            if (part.equals("html")) {
                made = made.withoutHtml();
            } else if (part.equals("stop")) {
                made = made.withoutStopWords();
            } else if (part.startsWith("stem=")) {
                made = made.stemming(part.substring(5));
            } else if (!part.equals("words")) {
                throw new IllegalArgumentException("tokenizer: '" + settings + "' are no settings of one");
            }
        }
        return made;
    }

    /** The words of a text, in their order. Runs of more than 255 characters come in pieces. */
    public List<String> words(String text) {
        List<String> words = new ArrayList<>();
        if (stemmer.isEmpty()) {
            scanner.words(plain(text), this::analyzed, words);
        } else {
            analyzed(plain(text), words);
        }
        return words;
    }

    /** Adds the words that Lucene finds in a text without HTML. */
    private void analyzed(String text, List<String> words) {
        try (TokenStream stream = analyzer.tokenStream("", text)) {
            CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
            stream.reset();
            while (stream.incrementToken()) {
                words.add(term.toString());
            }
            stream.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A text as its words are taken from: without HTML when that goes. */
    String plain(String text) {
        if (!html) {
            return text;
        }
        // Most texts have no other marks than ends of lines.
        String broken = text.replace("<br />", "\n");
        if (!hasMarks(broken)) {
            return broken;
        }
        StringWriter plain = new StringWriter(text.length());
        try (Reader reader = new HTMLStripCharFilter(new StringReader(text))) {
            reader.transferTo(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return plain.toString();
    }

    /** Whether there is what may be a tag, or a character by name or number. */
    private static boolean hasMarks(String text) {
        if (text.indexOf('<') >= 0) {
            return true;
        }
        for (int i = text.indexOf('&'); i >= 0; i = text.indexOf('&', i + 1)) {
            if (i + 1 < text.length() && (text.charAt(i + 1) == '#' || Character.isLetter(text.charAt(i + 1)))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        analyzer.close();
    }

    private static final class Words extends Analyzer {
        private final boolean stopWords;
        private final String stemmer;

        Words(boolean stopWords, String stemmer) {
            this.stopWords = stopWords;
            this.stemmer = stemmer;
        }

        @Override
        protected TokenStreamComponents createComponents(String field) {
            StandardTokenizer source = new StandardTokenizer();
            TokenStream words = new LowerCaseFilter(source);
            if (stopWords) {
                words = new StopFilter(words, EnglishAnalyzer.ENGLISH_STOP_WORDS_SET);
            }
            if (!stemmer.isEmpty()) {
                String name = stemmer.substring(0, 1).toUpperCase(Locale.ROOT) + stemmer.substring(1);
                words = new SnowballFilter(words, name);
            }
            return new TokenStreamComponents(source, words);
        }
    }
}
