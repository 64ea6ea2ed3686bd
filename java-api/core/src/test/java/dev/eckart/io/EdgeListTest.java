package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EdgeListTest {
    @TempDir
    Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("edges.csv"), content);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from,to,count;Rome,New York,2;New York,Oslo,.5;Oslo,Oslo,0",
                "# a comment;Rome\tNew York\t2;;New York\tOslo\t0.5;% another;Oslo\tOslo\t0",
                "a,b,weight;\"Rome\",\"New York\",2;\"New York\", Oslo , 5e-1;Oslo,Oslo,0"
            })
    void reads_weights_between_commas_or_tabs_and_skips_headers(String lines) throws IOException {
        EdgeList.Content edges = EdgeList.read(file(lines.replace(';', '\n')));
        assertThat(edges.names()).containsExactly("Rome", "New York", "Oslo");
        assertThat(edges.from()).containsExactly(0, 1, 2);
        assertThat(edges.to()).containsExactly(1, 2, 2);
        assertThat(edges.weights()).containsExactly(2, 0.5, 0);
    }

    @Test
    void two_columns_have_weight_one() throws IOException {
        for (String header : new String[] {"", "Source\tTarget\n", "# FromNodeId ToNodeId\n"}) {
            EdgeList.Content edges =
                    EdgeList.read(file(header + "1 2\n2 3\n".replace(" ", header.contains("\t") ? "\t" : " ")));
            assertThat(edges.names()).containsExactly("1", "2", "3");
            assertThat(edges.weights()).containsExactly(1, 1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a,b,1;b,c,-2|line 2: the weight '-2' is negative",
                "a,b,1;b,c,nan|line 2: the weight 'nan' is no finite number",
                "a,b,1;b,c,1e999|line 2: the weight '1e999' is no finite number",
                "a,b,1;b,c,|line 2: the weight '' is no finite number",
                "a,b,1;b,c|line 2: has 2 cells, the lines before have 3",
                "a,b,1;b,c,x|line 2: the weight 'x'",
                "a,b;c|line 2: two nodes",
                "a,b;,c|line 2: two nodes",
                "a,b,1,2|line 1: two nodes",
                "from,to,weight|has no edges",
                "# nothing|has no edges"
            })
    void should_name_the_line_that_is_no_edge(String lines, String problem) throws IOException {
        Path file = file(lines.replace(';', '\n'));
        assertThat(Formats.refusal(file, EdgeList::read)).contains(problem);
    }
}
