package dev.eckart.cli.speeches;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Some sentences of an address.
 *
 * @param address its year and who gave it
 * @param text the sentences
 */
record Passage(String address, String text) {
    private static final String FILE = "/dev/eckart/cli/addresses.jsonl";

    int year() {
        return Integer.parseInt(address.substring(0, 4));
    }

    /** All passages in the order of their years, from the program itself; the lines are what {@code eckart lsa fit} reads as well. */
    static List<Passage> all() throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<Passage> passages = new ArrayList<>();
        try (InputStream raw = Passage.class.getResourceAsStream(FILE);
                BufferedReader in = new BufferedReader(new InputStreamReader(raw, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonNode node = json.readTree(line);
                passages.add(
                        new Passage(node.get("label").asText(), node.get("text").asText()));
            }
        }
        return passages;
    }
}
