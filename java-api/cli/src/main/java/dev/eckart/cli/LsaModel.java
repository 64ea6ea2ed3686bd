package dev.eckart.cli;

import dev.eckart.embedding.Lsa;
import dev.eckart.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;

/** Models that {@code lsa fit} wrote. */
final class LsaModel {
    private LsaModel() {}

    /** @throws UsageException when the file is none */
    static Lsa read(Path file) {
        try {
            return Lsa.load(file);
        } catch (IOException e) {
            throw new UsageException(Errors.text(e), e);
        }
    }

    /** Cuts words as the fit did. */
    static Tokenizer tokenizer(Lsa lsa, Path file) {
        String settings = lsa.notes().get(LsaFitCommand.WORDS);
        if (settings == null) {
            throw new UsageException(file + ": does not say how words are cut; fit it by eckart lsa fit");
        }
        return Tokenizer.parse(settings);
    }
}
