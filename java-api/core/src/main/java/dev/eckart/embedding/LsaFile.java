package dev.eckart.embedding;

import dev.eckart.io.BadFileException;
import dev.eckart.io.Safetensors;
import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model of latent semantic analysis as a safetensors file: {@code u} (n,k), {@code s} (k), {@code vt} (k,t); {@code global} (t) F64;
 * {@code documents} (t) I64, how many have each term; the terms and titles as UTF-8 bytes ({@code terms}, {@code titles}) and where
 * each ends ({@code terms.ends}, {@code titles.ends}). Its metadata has the weighting, and notes.
 */
final class LsaFile {
    private static final String FORMAT = "eckart lsa 1";

    private static final String NOTE = "note.";

    private LsaFile() {}

    static void write(Path file, Lsa lsa) throws IOException {
        Svd svd = lsa.embedding().svd();
        Vocabulary vocabulary = lsa.vocabulary();
        long[] having = new long[vocabulary.size()];
        for (int j = 0; j < having.length; j++) {
            having[j] = vocabulary.count(j);
        }
        try (Tensor global = Tensor.of(lsa.globalWeights());
                Tensor documents = Tensor.of(having);
                Strings terms = Strings.of(vocabulary.words());
                Strings titles = Strings.of(lsa.titles())) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("u", svd.u());
            tensors.put("s", svd.s());
            tensors.put("vt", svd.vt());
            tensors.put("global", global);
            tensors.put("documents", documents);
            tensors.put("terms", terms.bytes());
            tensors.put("terms.ends", terms.ends());
            tensors.put("titles", titles.bytes());
            tensors.put("titles.ends", titles.ends());
            Map<String, String> about = new LinkedHashMap<>();
            about.put("format", FORMAT);
            about.put("weighting", lsa.weighting().name());
            lsa.notes().forEach((name, text) -> about.put(NOTE + name, text));
            Safetensors.write(file, tensors, about);
        }
    }

    static Lsa read(Path file) throws IOException {
        try (Safetensors open = Safetensors.open(file)) {
            if (!FORMAT.equals(open.metadata().get("format"))) {
                throw new BadFileException(
                        "lsa", file, -1, "is no model of eckart lsa, or of another version; fit it again");
            }
            Map<String, Tensor> read = new LinkedHashMap<>();
            try {
                for (String name : List.of("u", "s", "vt")) {
                    read.put(name, open.read(name));
                }
                return model(open, read);
            } catch (IllegalArgumentException e) {
                read.values().forEach(Tensor::close);
                throw new BadFileException("lsa", file, -1, e.getMessage() + "; fit the model again");
            } catch (IOException | RuntimeException | Error e) {
                read.values().forEach(Tensor::close);
                throw e;
            }
        }
    }

    private static Lsa model(Safetensors open, Map<String, Tensor> read) throws IOException {
        try (Tensor global = open.read("global");
                Tensor documents = open.read("documents");
                Strings terms = new Strings(open.read("terms"), open.read("terms.ends"));
                Strings titles = new Strings(open.read("titles"), open.read("titles.ends"))) {
            Vocabulary vocabulary = Vocabulary.of(terms.toList(), documents.toLongArray());
            List<String> names = titles.toList();
            Tensor u = read.get("u");
            Tensor s = read.get("s");
            Tensor vt = read.get("vt");
            boolean fits = u.shape().rank() == 2
                    && s.shape().rank() == 1
                    && vt.shape().rank() == 2
                    && u.dtype() == s.dtype()
                    && u.dtype() == vt.dtype()
                    && (u.dtype() == DType.F64 || u.dtype() == DType.F32)
                    && u.dim(0) == names.size()
                    && u.dim(1) == s.dim(0)
                    && vt.dim(0) == s.dim(0)
                    && vt.dim(1) == vocabulary.size()
                    && global.shape().size() == vocabulary.size();
            if (!fits) {
                throw new IllegalArgumentException("u " + u.shape() + ", s " + s.shape() + ", vt " + vt.shape() + ", "
                        + names.size() + " titles and " + vocabulary.size() + " terms do not fit together");
            }
            Weighting weighting = Weighting.valueOf(open.metadata().getOrDefault("weighting", ""));
            Map<String, String> notes = new LinkedHashMap<>();
            open.metadata().forEach((name, text) -> {
                if (name.startsWith(NOTE)) {
                    notes.put(name.substring(NOTE.length()), text);
                }
            });
            return new Lsa(
                    vocabulary,
                    weighting,
                    global.toArray(),
                    names,
                    Map.copyOf(notes),
                    Embedding.of(new Svd(u, s, vt, null)));
        }
    }
}
