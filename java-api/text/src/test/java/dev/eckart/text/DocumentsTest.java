package dev.eckart.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.embedding.Document;
import dev.eckart.memory.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
    @TempDir
    Path folder;

    @Test
    void words_are_those_of_unicode_in_lower_case() {
        try (Tokenizer words = Tokenizer.words()) {
            assertThat(words.words("The DOG's  well-known naïve café: 3.5 語学! É"))
                    .containsExactly("the", "dog's", "well", "known", "naïve", "café", "3.5", "語", "学", "é");
            assertThat(words.words(" \n.,;")).isEmpty();
        }
    }

    @Test
    void stop_words_and_endings_go_when_asked() {
        try (Tokenizer english = Tokenizer.words().withoutStopWords().stemming("english");
                Tokenizer german = Tokenizer.words().stemming("German")) {
            assertThat(english.words("The dogs and the running")).containsExactly("dog", "run");
            assertThat(german.words("die Häuser")).containsExactly("die", "haus");
            assertThat(english.settings()).isEqualTo("words stop stem=english");
            assertThat(Tokenizer.parse(english.settings()).words("the dogs")).containsExactly("dog");
        }
        assertThatThrownBy(() -> Tokenizer.words().stemming("klingon")).hasMessageContaining("'klingon'");
        assertThatThrownBy(() -> Tokenizer.parse("syllables")).hasMessageContaining("'syllables'");
    }

    @Test
    void html_goes_when_asked_from_words_and_titles() throws IOException {
        String text = "A film.<br /><br />Don&#39;t <i>miss</i> it &amp; 1 < 2<!-- br -->";
        Path file = Files.writeString(folder.resolve("a.txt"), text);
        try (Tokenizer all = Tokenizer.words();
                Tokenizer html = Tokenizer.words().withoutHtml();
                Documents documents = Documents.open(file, html)) {
            assertThat(all.words(text)).contains("br", "i");
            assertThat(html.words(text)).containsExactly("a", "film", "don't", "miss", "it", "1", "2");
            assertThat(html.words("plain words")).containsExactly("plain", "words");
            assertThat(documents.next().title()).isEqualTo("A film. Don't miss it & 1 < 2");
            assertThat(html.withoutStopWords().stemming("english").settings())
                    .isEqualTo("words html stop stem=english");
            assertThat(Tokenizer.parse("words html").words("<b>bold</b>")).containsExactly("bold");
        }
    }

    private Path lines(int count) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("Document number ")
                    .append(i)
                    .append(i % 3 == 0 ? "" : ", and more")
                    .append('\n');
        }
        return Files.writeString(folder.resolve("docs.txt"), text);
    }

    @Test
    void documents_come_in_order_for_any_number_of_threads() throws IOException {
        Path file = lines(20_000);
        for (int count : new int[] {1, 3}) {
            try (Threads t = Threads.use(count);
                    Tokenizer tokenizer = Tokenizer.words();
                    Documents documents = Documents.open(file, tokenizer)) {
                List<Document> all = new ArrayList<>();
                documents.forEach(all::add);
                assertThat(all).hasSize(20_000);
                assertThat(documents.count()).isEqualTo(20_000);
                for (int i = 0; i < all.size(); i++) {
                    assertThat(all.get(i).words()).startsWith("document", "number", String.valueOf(i));
                }
                assertThat(all.get(1).title()).isEqualTo("Document number 1, and more");
            }
        }
    }

    @Test
    void titles_are_the_first_characters_in_one_line() throws IOException {
        Path file = Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"  a\\n\\tb " + "😀".repeat(200) + "\"}");
        try (Tokenizer tokenizer = Tokenizer.words();
                Documents documents = Documents.open(file, tokenizer)) {
            String title = documents.next().title();
            assertThat(title).startsWith("a b 😀").endsWith("😀…");
            assertThat(title.codePointCount(0, title.length())).isEqualTo(80);
        }
    }

    @Test
    void should_name_the_bad_line_after_many_good_ones() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            text.append("{\"text\": \"word ").append(i).append("\"}\n");
        }
        Path file = Files.writeString(folder.resolve("a.jsonl"), text.append("{\"text\":\n"));
        try (Tokenizer tokenizer = Tokenizer.words();
                Documents documents = Documents.open(file, tokenizer)) {
            assertThatThrownBy(() -> documents.forEachRemaining(d -> {}))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("line 5001");
        }
    }

    @Test
    void an_interrupt_ends_the_reading() throws IOException {
        Path file = lines(20_000);
        try (Tokenizer tokenizer = Tokenizer.words();
                Documents documents = Documents.open(file, tokenizer)) {
            documents.next();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> documents.forEachRemaining(d -> {}))
                    .isInstanceOfAny(CancellationException.class, UncheckedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
