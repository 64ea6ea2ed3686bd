package dev.eckart.cli;

import dev.eckart.embedding.WordVectors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** Files of vectors: word2vec's binary format by the name .bin, else text. */
final class VectorFiles {
    private VectorFiles() {}

    private static boolean isBinary(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".bin") || name.endsWith(".bin.gz");
    }

    static void write(WordVectors vectors, Path file) throws IOException {
        if (isBinary(file)) {
            vectors.writeBinary(file);
        } else {
            vectors.write(file);
        }
    }

    /** @throws UsageException when the file is none */
    static WordVectors read(Path file) {
        try {
            return isBinary(file) ? WordVectors.readBinary(file) : WordVectors.read(file);
        } catch (IOException e) {
            throw new UsageException(Errors.text(e), e);
        }
    }

    /** The word as it stands there, else in lower case. */
    static String known(WordVectors vectors, String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        boolean other =
                vectors.vocabulary().number(word) < 0 && vectors.vocabulary().number(lower) >= 0;
        return other ? lower : word;
    }
}
