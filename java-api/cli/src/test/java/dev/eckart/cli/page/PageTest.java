package dev.eckart.cli.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the browser shows a good page, and that a broken one is noticed. */
class PageTest {
    @TempDir
    Path dir;

    private static String good() {
        try (Scope scope = Scope.open()) {
            Page page = new Page("A & <b>");
            page.fact("fact", "1");
            page.section("s", "Section")
                    .add(Pictures.flow(java.util.List.of(Picture.ink(Tensor.uniform(DType.F64, 1, 8, 8), "noise"))))
                    .add(Chart.of("a line")
                            .axes(Axis.linear("x"), Axis.linear("y"))
                            .line("l", new double[] {0, 1}, new double[] {0, 1}));
            return page.html();
        }
    }

    private Browser.Seen seen(String html) throws IOException, InterruptedException {
        return Browser.open(Files.writeString(dir.resolve("page.html"), html), 1000);
    }

    @Test
    void should_show_a_page() throws IOException, InterruptedException {
        Browser.Seen seen = seen(good());
        assertThat(seen.firstError()).isEmpty();
        assertThat(seen.errors()).isZero();
        assertThat(seen.images()).isEqualTo("1/1");
        assertThat(seen.charts()).isEqualTo("1/1");
        assertThat(good()).contains("A &amp; &lt;b&gt;").doesNotContain("src=\"http", "href=\"http");
    }

    @Test
    void should_notice_a_script_that_fails() throws IOException, InterruptedException {
        assertThat(seen(good().replace("</body>", "<script>nothing.here()</script></body>"))
                        .errors())
                .isPositive();
        assertThat(seen(good().replace("</body>", "<script>console.error('x')</script></body>"))
                        .errors())
                .isPositive();
    }

    @Test
    void should_notice_a_picture_that_is_not_decoded() throws IOException, InterruptedException {
        String html = good();
        String broken = html.replaceFirst("data:image/png;base64,[A-Za-z0-9+/]{20}", "data:image/png;base64,AAAA");
        assertThat(broken).isNotEqualTo(html);
        Browser.Seen seen = seen(broken);
        assertThat(seen.images().equals("1/1") && seen.errors() == 0).isFalse();
    }

    @Test
    void should_refuse_a_chart_whose_lengths_differ() {
        assertThatThrownBy(() -> Chart.of("bad").line("l", new double[2], new double[3]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
