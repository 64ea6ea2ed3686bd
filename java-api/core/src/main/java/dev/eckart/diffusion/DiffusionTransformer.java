package dev.eckart.diffusion;

import dev.eckart.backend.Finish;
import dev.eckart.diffusion.TransformerLayers.Linear;
import dev.eckart.io.Safetensors;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Precision;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Recording;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A diffusion transformer with weights from a file, forward only (Peebles and Xie 2023, DiT with adaLN-Zero blocks): a picture is cut
 * into patches, whose tokens attend to each other in blocks; time and label move what the blocks normalize.
 *
 * <pre>{@code
 * try (DiffusionTransformer model = DiffusionTransformer.read(file, DType.F32, Device.cpu())) {
 *     Tensor images = Sampling.of(model.labelled(7), new Ddim(0), levels).sample(16, model.pictures());
 * }
 * }</pre>
 *
 * <p>On a device that starts recorded work at once (CUDA graphs) the network is recorded when it is asked twice in a row about as many
 * samples, and keeps the memory of that until it is asked about others, or closed.
 *
 * <p>Tensors have the names of the paper's code. Metadata {@code heads} says what no shape does; {@code height} and {@code width}
 * (else pictures are square), {@code gelu} ({@code tanh} as in that code, or {@code none}) and {@code prediction} ({@code epsilon},
 * {@code v} or {@code x0}) are optional. The last row of the label table means no label. Thread-safe; to be closed.
 */
public final class DiffusionTransformer implements Denoiser, AutoCloseable {
    private final TransformerShape shape;
    private final Map<String, Tensor> weights;
    private final Precision precision;
    private final List<Block> blocks = new ArrayList<>();
    private final Repeated repeated = new Repeated(this::network);

    /** The layers of a block, by the names of the paper's code. */
    private record Block(Linear qkv, Linear proj, Linear fc1, Linear fc2, Linear modulation) {}

    private DiffusionTransformer(TransformerShape shape, Map<String, Tensor> weights, Precision precision) {
        this.shape = shape;
        this.weights = weights;
        this.precision = precision;
        for (int i = 0; i < shape.depth(); i++) {
            String name = TransformerShape.block(i);
            blocks.add(new Block(
                    linear(name + "attn.qkv"),
                    linear(name + "attn.proj"),
                    linear(name + "mlp.fc1"),
                    linear(name + "mlp.fc2"),
                    linear(name + TransformerShape.MODULATION)));
        }
    }

    private Linear linear(String name) {
        return new Linear(weights.get(name + ".weight"), weights.get(name + ".bias"), precision);
    }

    /** Reads a model that rounds nothing; as {@link #read(Path, DType, Device, Precision)}. */
    public static DiffusionTransformer read(Path file, DType dtype, Device device) throws IOException {
        return read(file, dtype, device, Precision.FULL);
    }

    /**
     * Reads a model.
     *
     * @param file safetensors
     * @param dtype F64 or F32, in which it computes
     * @param precision to which the factors of the products of its linear layers may be rounded in F32, by a device that gains from it;
     *     those of attention, sums, normalizations and what is kept are of {@code dtype} whatever it is
     * @throws IllegalArgumentException when the file is of another architecture: the tensor, its shape, and that which is needed
     * @throws dev.eckart.io.BadFileException when it is no safetensors file, torn or hostile
     */
    public static DiffusionTransformer read(Path file, DType dtype, Device device, Precision precision)
            throws IOException {
        if (dtype != DType.F64 && dtype != DType.F32) {
            throw new IllegalArgumentException("diffusion transformer: computes in f64 or f32, not " + dtype);
        }
        try (Safetensors open = Safetensors.open(file)) {
            TransformerShape shape = TransformerShape.of(file, open);
            Map<String, Tensor> weights = new LinkedHashMap<>();
            try {
                for (String name : open.names()) {
                    weights.put(name, weight(open, name, dtype, device));
                }
                return new DiffusionTransformer(shape, weights, precision);
            } catch (IOException | RuntimeException | Error e) {
                weights.values().forEach(Tensor::close);
                throw e;
            }
        }
    }

    /** Outside of scopes: it lives as long as the model. */
    private static Tensor weight(Safetensors file, String name, DType dtype, Device device) throws IOException {
        try (Scope scope = Scope.open();
                Tensor read = file.read(name)) {
            Tensor typed = read.to(dtype);
            boolean packs = TransformerShape.multipliesTokens(name);
            return Scope.outside(() -> packs ? TransformerLayers.packed(typed, device) : typed.to(device));
        }
    }

    /** What it looks like. */
    public TransformerShape shape() {
        return shape;
    }

    /** The shape of one picture, (channels, height, width). */
    public long[] pictures() {
        return new long[] {shape.channels(), shape.height(), shape.width()};
    }

    @Override
    public Prediction prediction() {
        return shape.prediction();
    }

    /** Without a label. */
    @Override
    public Tensor predict(Tensor x, NoiseLevel level) {
        return predict(x, level, shape.labels());
    }

    /**
     * This model for pictures of one label.
     *
     * @throws IllegalArgumentException when the label is not in 0 to labels − 1
     */
    public Denoiser labelled(int label) {
        checkLabel(label, shape.labels() - 1);
        return new Denoiser() {
            @Override
            public Prediction prediction() {
                return shape.prediction();
            }

            @Override
            public Tensor predict(Tensor x, NoiseLevel level) {
                return DiffusionTransformer.this.predict(x, level, label);
            }
        };
    }

    /**
     * The prediction for samples of given labels.
     *
     * @param x (b, channels, height, width) of this model's type
     * @param labels one for all, or one for each sample; the number of labels stands for none
     * @return of the shape of x, or with twice the channels if it learned its variance
     * @throws IllegalArgumentException when the shape, the type or a label does not fit
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    public Tensor predict(Tensor x, NoiseLevel level, long... labels) {
        check(x, labels);
        Interrupts.check("diffusion transformer");
        try (Scope scope = Scope.open()) {
            List<Tensor> inputs = List.of(x, waves(level, x), rows(labels, x));
            boolean alone = x.backend().records() && !Recording.isUnderWay();
            return scope.keep(alone ? repeated.apply(inputs) : network(inputs));
        }
    }

    /** Of samples, waves and rows of labels. */
    private Tensor network(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        try (Scope scope = Scope.open()) {
            Tensor condition = Activations.silu(condition(inputs.get(1), inputs.get(2)));
            Tensor tokens = embed(x);
            for (Block block : blocks) {
                Interrupts.check("diffusion transformer");
                try (Scope inner = Scope.open()) {
                    apply(block, tokens, condition, x.dim(0));
                }
            }
            Tensor[] moves = chunks(
                    linear(TransformerShape.LAST + TransformerShape.MODULATION).apply(condition), 2);
            Tensor last = linear(TransformerShape.LAST + "linear")
                    .apply(TransformerLayers.modulated(tokens, moves[0], moves[1]));
            return scope.keep(pictures(last, x.dim(0)));
        }
    }

    private void apply(Block block, Tensor tokens, Tensor condition, long samples) {
        // Shift, scale and gate of the attention, then of the perceptron.
        Tensor[] moves = chunks(block.modulation.apply(condition), 6);
        Tensor qkv = block.qkv.apply(TransformerLayers.modulated(tokens, moves[0], moves[1]));
        block.proj.addGated(tokens, moves[2], TransformerLayers.attention(qkv, samples, shape.heads()));
        Tensor moved = TransformerLayers.modulated(tokens, moves[3], moves[4]);
        Tensor hidden = block.fc1.apply(moved, shape.tanh() ? Finish.GELU_TANH : Finish.GELU);
        block.fc2.addGated(tokens, moves[5], hidden);
    }

    private static Tensor[] chunks(Tensor rows, int count) {
        long each = rows.dim(1) / count;
        Tensor[] parts = new Tensor[count];
        for (int i = 0; i < count; i++) {
            parts[i] = rows.slice(1, i * each, (i + 1) * each);
        }
        return parts;
    }

    /** Sines and cosines of a level's time, (1, 2·frequencies). */
    private static Tensor waves(NoiseLevel level, Tensor like) {
        int n = TransformerShape.FREQUENCIES;
        double[] waves = new double[2 * n];
        for (int i = 0; i < n; i++) {
            double angle = level.time() * Math.exp(-Math.log(10000) * i / n);
            waves[i] = Math.cos(angle);
            waves[n + i] = Math.sin(angle);
        }
        return Samples.constant(like, waves, 1, 2 * n);
    }

    /** The embedded labels, (b, h), or (1, h) for one label; (0, h) of a model that takes none. */
    private Tensor rows(long[] labels, Tensor like) {
        Tensor rows =
                Tensor.empty(like.device(), like.dtype(), shape.labels() == 0 ? 0 : labels.length, shape.features());
        for (int i = 0; i < rows.dim(0); i++) {
            rows.slice(0, i, i + 1).assign(weights.get(TransformerShape.LABELS).slice(0, labels[i], labels[i] + 1));
        }
        return rows;
    }

    /** The embedded time plus the embedded labels, of as many rows as these have. */
    private Tensor condition(Tensor waves, Tensor rows) {
        Tensor first = linear(TransformerShape.TIME).apply(waves, Finish.SILU);
        Tensor embedded = linear(TransformerShape.TIME_OUT).apply(first);
        return shape.labels() == 0 ? embedded : rows.add(embedded);
    }

    /** The patches of (b, c, height, width), rows first, as tokens (b·n, h). */
    private Tensor embed(Tensor x) {
        long p = shape.patch();
        long rows = shape.height() / p;
        long columns = shape.width() / p;
        long b = x.dim(0);
        Tensor patches = x.reshape(b, shape.channels(), rows, p, columns, p)
                .permute(0, 2, 4, 1, 3, 5)
                .copy()
                .reshape(b * rows * columns, shape.channels() * p * p);
        Tensor kernel = weights.get(TransformerShape.PATCHES + ".weight").reshape(shape.features(), -1);
        Tensor tokens = new Linear(kernel, weights.get(TransformerShape.PATCHES + ".bias"), precision).apply(patches);
        Tensor each = tokens.reshape(b, rows * columns, shape.features());
        Tensor positions =
                weights.get(TransformerShape.POSITIONS).broadcastTo(each.shape().dims());
        each.backend().axpby(1, positions.view(), 1, each.view());
        return tokens;
    }

    private Tensor pictures(Tensor tokens, long b) {
        long p = shape.patch();
        long c = shape.outputChannels();
        return tokens.reshape(b, shape.height() / p, shape.width() / p, p, p, c)
                .permute(0, 5, 1, 3, 2, 4)
                .copy()
                .reshape(b, c, shape.height(), shape.width());
    }

    private void check(Tensor x, long[] labels) {
        Tensor weight = weights.get(TransformerShape.POSITIONS);
        boolean fits = x.shape().rank() == 4 && x.shape().without(0).equals(Shape.of(pictures()));
        if (!fits || x.dtype() != weight.dtype() || !x.device().equals(weight.device())) {
            throw new IllegalArgumentException("diffusion transformer: samples are " + x.shape() + " " + x.dtype() + " "
                    + x.device() + "; it takes (b," + shape.channels() + "," + shape.height() + "," + shape.width()
                    + ") in " + weight.dtype() + " on " + weight.device());
        }
        if (labels.length != 1 && labels.length != x.dim(0)) {
            throw new IllegalArgumentException("diffusion transformer: " + labels.length + " labels for " + x.dim(0)
                    + " samples; give one for each, or one for all");
        }
        for (long label : labels) {
            checkLabel(label, shape.labels());
        }
    }

    private void checkLabel(long label, int most) {
        if (label < 0 || label > most) {
            throw new IllegalArgumentException("diffusion transformer: label " + label + " is outside "
                    + (shape.labels() == 0 ? "what it knows: it takes no labels" : "0.." + (shape.labels() - 1)));
        }
    }

    /** The weights by name, those that multiply tokens packed; for tests, not to be closed. */
    Map<String, Tensor> weights() {
        return Collections.unmodifiableMap(weights);
    }

    @Override
    public void close() {
        repeated.close();
        weights.values().forEach(Tensor::close);
    }
}
