package dev.eckart.diffusion;

import dev.eckart.io.Safetensors;
import dev.eckart.memory.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a {@link DiffusionTransformer} looks like, as the shapes of its tensors and the texts beside them say.
 *
 * @param channels of a picture
 * @param height of a picture
 * @param width of a picture
 * @param patch edge of the squares that a picture is cut into
 * @param features h, of each token
 * @param depth number of blocks
 * @param heads of the attention, a divisor of h
 * @param hidden features within a block's perceptron
 * @param labels that it knows, 0 when it takes none
 * @param learned whether it learned its variance, and so returns twice the channels
 * @param tanh whether GELU is taken by the tanh approximation
 * @param prediction what it returns
 */
public record TransformerShape(
        int channels,
        int height,
        int width,
        int patch,
        int features,
        int depth,
        int heads,
        int hidden,
        int labels,
        boolean learned,
        boolean tanh,
        Prediction prediction) {
    /** Frequencies of the time embedding, each as cosine and sine. */
    static final int FREQUENCIES = 128;

    static final String PATCHES = "x_embedder.proj";
    static final String POSITIONS = "pos_embed";
    static final String TIME = "t_embedder.mlp.0";
    static final String TIME_OUT = "t_embedder.mlp.2";
    static final String LABELS = "y_embedder.embedding_table.weight";
    static final String MODULATION = "adaLN_modulation.1";
    static final String LAST = "final_layer.";

    /** More of anything is a torn or hostile file. */
    private static final long MOST = 1 << 20;

    /** The name of block i's tensors. */
    static String block(int i) {
        return "blocks." + i + ".";
    }

    /** Whether it is a weight of a block that all tokens are multiplied by. */
    static boolean multipliesTokens(String name) {
        return name.matches("blocks\\.\\d+\\.(attn\\.(qkv|proj)|mlp\\.fc[12])\\.weight");
    }

    long tokens() {
        return (long) (height / patch) * (width / patch);
    }

    int outputChannels() {
        return learned ? 2 * channels : channels;
    }

    /**
     * Reads and checks it: every tensor is there in the shape that the others imply, and no other.
     *
     * @throws IllegalArgumentException naming the file and what does not fit
     */
    static TransformerShape of(Path path, Safetensors file) {
        return new Reader(path, file).read();
    }

    /** The name and shape of every tensor. */
    Map<String, Shape> tensors() {
        Map<String, Shape> all = new LinkedHashMap<>();
        long h = features;
        all.put(PATCHES + ".weight", Shape.of(h, channels, patch, patch));
        all.put(PATCHES + ".bias", Shape.of(h));
        all.put(POSITIONS, Shape.of(1, tokens(), h));
        linear(all, TIME, h, 2 * FREQUENCIES);
        linear(all, TIME_OUT, h, h);
        if (labels > 0) {
            all.put(LABELS, Shape.of(labels + 1L, h));
        }
        for (int i = 0; i < depth; i++) {
            linear(all, block(i) + "attn.qkv", 3 * h, h);
            linear(all, block(i) + "attn.proj", h, h);
            linear(all, block(i) + "mlp.fc1", hidden, h);
            linear(all, block(i) + "mlp.fc2", h, hidden);
            linear(all, block(i) + MODULATION, 6 * h, h);
        }
        linear(all, LAST + "linear", (long) patch * patch * outputChannels(), h);
        linear(all, LAST + MODULATION, 2 * h, h);
        return all;
    }

    private static void linear(Map<String, Shape> all, String name, long out, long in) {
        all.put(name + ".weight", Shape.of(out, in));
        all.put(name + ".bias", Shape.of(out));
    }

    private record Reader(Path path, Safetensors file) {
        TransformerShape read() {
            String architecture = file.metadata().getOrDefault("architecture", "dit");
            if (!architecture.equals("dit")) {
                throw bad("its architecture is " + architecture + "; dit is the one there is");
            }
            Shape patches = shape(PATCHES + ".weight", 4);
            int h = dim(patches, 0, PATCHES);
            int channels = dim(patches, 1, PATCHES);
            int patch = dim(patches, 2, PATCHES);
            int tokens = dim(shape(POSITIONS, 3), 1, POSITIONS);
            int side = Math.toIntExact(Math.round(Math.sqrt(tokens))) * patch;
            int height = number("height", side);
            int width = number("width", side);
            int depth = depth();
            int heads = number("heads", 0);
            if (heads < 1 || h % heads != 0) {
                throw bad("its metadata say '" + file.metadata().get("heads") + "' heads for " + h
                        + " features; no shape tells their number: write a divisor as metadata 'heads'");
            }
            int hidden = dim(shape(block(0) + "mlp.fc1.weight", 2), 0, "mlp.fc1");
            int labels = file.names().contains(LABELS) ? dim(shape(LABELS, 2), 0, LABELS) - 1 : 0;
            long out = dim(shape(LAST + "linear.weight", 2), 0, LAST + "linear");
            boolean learned = out == 2L * channels * patch * patch;
            TransformerShape found = new TransformerShape(
                    channels, height, width, patch, h, depth, heads, hidden, labels, learned, tanh(), prediction());
            if (found.height % patch != 0 || found.width % patch != 0 || found.tokens() != tokens) {
                throw bad("pictures of " + height + "×" + width + " in patches of " + patch + " are not its " + tokens
                        + " tokens; write metadata 'height' and 'width'");
            }
            check(found.tensors());
            return found;
        }

        private int depth() {
            shape(block(0) + "attn.qkv.weight", 2);
            int depth = 1;
            while (file.names().contains(block(depth) + "attn.qkv.weight")) {
                depth++;
            }
            return depth;
        }

        private boolean tanh() {
            String gelu = file.metadata().getOrDefault("gelu", "tanh");
            if (!gelu.equals("tanh") && !gelu.equals("none")) {
                throw bad("its metadata 'gelu' is '" + gelu + "'; tanh and none (the exact one) are known");
            }
            return gelu.equals("tanh");
        }

        private Prediction prediction() {
            String name = file.metadata().getOrDefault("prediction", "epsilon");
            try {
                return Prediction.valueOf(name.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw bad("its metadata 'prediction' is '" + name + "'; epsilon, v and x0 are known");
            }
        }

        private int number(String key, int otherwise) {
            String text = file.metadata().get(key);
            try {
                int value = text == null ? otherwise : Integer.parseInt(text);
                if (value >= 0 && value <= MOST) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw bad("its metadata '" + key + "' is '" + text + "', no number");
            }
            throw bad("its metadata '" + key + "' is " + text + "; needed is 1 to " + MOST);
        }

        private Shape shape(String name, int rank) {
            if (!file.names().contains(name)) {
                throw bad("holds no tensor '" + name + "'; it is no diffusion transformer (DiT)");
            }
            Shape shape = file.shape(name);
            if (shape.rank() != rank) {
                throw bad("tensor '" + name + "' is " + shape + "; needed are " + rank + " axes");
            }
            return shape;
        }

        private int dim(Shape shape, int axis, String name) {
            long dim = shape.dim(axis);
            if (dim < 1 || dim > MOST) {
                throw bad("tensor '" + name + "' is " + shape + "; its axis " + axis + " has to be 1 to " + MOST);
            }
            return (int) dim;
        }

        private void check(Map<String, Shape> needed) {
            for (Map.Entry<String, Shape> each : needed.entrySet()) {
                Shape shape = shape(each.getKey(), each.getValue().rank());
                if (!shape.equals(each.getValue())) {
                    throw bad("tensor '" + each.getKey() + "' is " + shape + "; by the others it has to be "
                            + each.getValue());
                }
                if (!file.dtype(each.getKey()).isFloating()) {
                    throw bad("tensor '" + each.getKey() + "' holds " + file.dtype(each.getKey())
                            + "; weights are f64, f32, f16 or bf16");
                }
            }
            Set<String> unknown = new TreeSet<>(file.names());
            unknown.removeAll(needed.keySet());
            if (!unknown.isEmpty()) {
                throw bad("holds tensors that no DiT has, '"
                        + unknown.iterator().next() + "' among them; it is of" + " another architecture");
            }
        }

        private IllegalArgumentException bad(String what) {
            return new IllegalArgumentException("diffusion transformer: " + path + ": " + what);
        }
    }
}
