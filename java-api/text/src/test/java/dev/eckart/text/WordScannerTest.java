package dev.eckart.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class WordScannerTest {
    private static final String[] ASCII = {
        "a", "Z", "bc", "7", "40", "_", ":", ".", "'", ",", ";", "\"", "-", "!", "/", "@", "#", "*", " ", " ", "\n",
        "\t", "\r\n", "\u0000", "\u000b", "\u000c", "\u007f"
    };
    private static final String[] MORE = {
        "é", "\u0301", "\u00ad", "\u200d", "א", "語", "😀", "🇩", "カ", "·", "’", "\ufe0f", "\u20e3", "\u0085"
    };
    private static final String[] MARKS = {
        "<br />", "<br />", "<br>", "<i>", "</p>", "&", "&amp;", "<", ">", "&#39;", "<!--", "-->"
    };

    private static List<String> lucene(Reader text) throws IOException {
        List<String> words = new ArrayList<>();
        try (StandardTokenizer source = new StandardTokenizer();
                TokenStream lower = new LowerCaseFilter(source)) {
            source.setReader(text);
            lower.reset();
            while (lower.incrementToken()) {
                words.add(lower.getAttribute(CharTermAttribute.class).toString());
            }
        }
        return words;
    }

    private static String drawn(SplittableRandom random, int parts, String[]... alphabets) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts; i++) {
            String[] alphabet = alphabets[random.nextInt(alphabets.length)];
            text.append(alphabet[random.nextInt(alphabet.length)]);
        }
        return text.toString();
    }

    @Test
    void words_are_those_of_lucene() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        try (Tokenizer words = Tokenizer.words();
                Tokenizer html = Tokenizer.words().withoutHtml()) {
            for (int i = 0; i < 20_000; i++) {
                String ascii = drawn(random, 1 + i % 40, ASCII);
                assertThat(words.words(ascii)).as(ascii).isEqualTo(lucene(new StringReader(ascii)));
                String any = drawn(random, 1 + i % 40, ASCII, ASCII, ASCII, MORE);
                assertThat(words.words(any)).as(any).isEqualTo(lucene(new StringReader(any)));
                String marked =
                        drawn(random, 1 + i % 40, ASCII, ASCII, MORE, i % 2 == 0 ? MARKS : new String[] {"<br />"});
                assertThat(html.words(marked))
                        .as(marked)
                        .isEqualTo(lucene(new HTMLStripCharFilter(new StringReader(marked))));
            }
        }
    }

    @Test
    void long_runs_come_in_the_pieces_of_lucene() throws IOException {
        try (Tokenizer words = Tokenizer.words()) {
            for (int length : new int[] {254, 255, 256, 257, 600}) {
                for (String unit : new String[] {"a", "a1", "a.", "-a"}) {
                    String text = "one " + unit.repeat(length).substring(0, length) + " two";
                    assertThat(words.words(text)).as(text).isEqualTo(lucene(new StringReader(text)));
                }
            }
        }
    }

    @Test
    void frequent_words_are_one_object() {
        try (Tokenizer words = Tokenizer.words().withoutStopWords()) {
            List<String> met = words.words("The Film and the film, FILM_ 3.14");
            assertThat(met).containsExactly("film", "film", "film_", "3.14");
            assertThat(met.get(0)).isSameAs(met.get(1));
        }
    }
}
