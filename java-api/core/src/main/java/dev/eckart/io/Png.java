package dev.eckart.io;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Pictures as PNG files. Written are 8 bits per channel, gray (h, w) or colour (h, w, 3): floating-point values are shades from 0
 * (black) to 1, beyond which they are clamped; NaN is black; U8 values are shades from 0 to 255. Read is every kind of PNG.
 * Writing needs the module java.desktop, but neither a display nor fonts; reading does not. Thread-safe.
 */
public final class Png {
    /** As many as fit, with their encoder's copies, in a modest heap. */
    static final long MOST_PIXELS = 1L << 26;

    private Png() {}

    /**
     * Reads a picture, of any colour type and depth, interlaced or not. The samples are those of the file, as they stand (gamma and
     * colour profiles are not applied): fewer than 8 bits are stretched to 8, indices become the palette's colours, transparency
     * (tRNS) an alpha channel.
     *
     * @return on the host, (h, w) for gray, else (h, w, c): c = 2 for gray and alpha, 3 for red, green, blue, 4 with alpha; U8, or
     *     I32 from 0 to 65535 where the file has 16 bits per sample
     * @throws BadFileException when the file is missing, torn, corrupt, or no PNG file, or has more than 2^26 pixels; sizes that
     *     the file can't hold are refused before any memory is taken
     */
    public static Tensor read(Path path) throws IOException {
        InputFile file = new InputFile("png", path);
        return file.readSized(channel -> {
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
            try (PngChunks chunks = new PngChunks(file, in, channel.size())) {
                return read(chunks, channel.size());
            }
        });
    }

    private static Tensor read(PngChunks chunks, long size) throws IOException {
        PngHeader header = PngHeader.read(chunks, size);
        PngPixels pixels = PngPixels.read(chunks, header);
        long h = header.height();
        long w = header.width();
        int channels = pixels.channels();
        Tensor picture = Tensor.empty(
                Device.cpu(),
                header.depth() == 16 ? DType.I32 : DType.U8,
                channels == 1 ? new long[] {h, w} : new long[] {h, w, channels});
        try {
            // At most 2^26 pixels of 16 bytes: one part.
            picture.<IOException>withBuffers(part -> fill(part, chunks, header, pixels));
            chunks.finish();
            return picture;
        } catch (IOException | RuntimeException | Error e) {
            picture.close();
            throw e;
        }
    }

    private static void fill(ByteBuffer picture, PngChunks chunks, PngHeader header, PngPixels pixels)
            throws IOException {
        for (PngHeader.Pass pass : header.passes()) {
            int columns = pass.columns(header.width());
            PngRows rows = new PngRows(chunks, header, columns);
            for (int y = pass.y(); columns > 0 && y < header.height(); y += pass.dy()) {
                pixels.put(rows.next(), rows.start(), pass, y, picture);
            }
        }
    }

    /**
     * Writes a picture to a file beside {@code path}, which is then renamed.
     *
     * @param image (h, w) or (h, w, 3)
     * @throws IllegalArgumentException for another shape, an empty or a far too large one, or another dtype than F64, F32, U8
     */
    public static void write(Path path, Tensor image) throws IOException {
        byte[] png = encode(image);
        AtomicFile.write(path, out -> out.write(png));
    }

    /** Writes a picture to a stream, which stays open. Otherwise as {@link #write(Path, Tensor)}. */
    public static void write(OutputStream out, Tensor image) throws IOException {
        out.write(encode(image));
    }

    /** As {@link #write(Path, Tensor)}, for an {@code image} of shape (h, w) alone. */
    public static void writeGray(Path path, Tensor image) throws IOException {
        requireRank2(image);
        write(path, image);
    }

    /** As {@link #write(OutputStream, Tensor)}, for an {@code image} of shape (h, w) alone. */
    public static void writeGray(OutputStream out, Tensor image) throws IOException {
        requireRank2(image);
        write(out, image);
    }

    private static void requireRank2(Tensor image) {
        if (image.shape().rank() != 2) {
            throw new IllegalArgumentException("png: a gray picture has shape (h, w), not " + image.shape());
        }
    }

    /** The bytes of the PNG file, as for a {@code data:} address. Otherwise as {@link #write(Path, Tensor)}. */
    public static byte[] encode(Tensor image) {
        Shape shape = image.shape();
        boolean colour = shape.rank() == 3 && shape.dim(2) == 3;
        if (!colour && shape.rank() != 2) {
            throw new IllegalArgumentException("png: a picture has shape (h, w) or (h, w, 3), not " + shape);
        }
        if (shape.size() == 0 || shape.dim(0) > MOST_PIXELS / shape.dim(1)) {
            throw new IllegalArgumentException(
                    "png: shape " + shape + " has no pixels, or more than " + MOST_PIXELS + "; write a part of it");
        }
        int height = (int) shape.dim(0);
        int width = (int) shape.dim(1);
        int type = colour ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_BYTE_GRAY;
        BufferedImage picture = new BufferedImage(width, height, type);
        WritableRaster raster = picture.getRaster();
        for (int y = 0; y < height; y++) {
            try (Tensor row = image.select(0, y)) {
                raster.setPixels(0, y, width, 1, shades(row));
            }
        }
        return encode(picture);
    }

    /**
     * As {@link #encode(Tensor)}, with text that other programs can read out of the file, such as how the picture was made.
     *
     * @param keyword what the text is, 1 to 79 printable ASCII characters
     */
    public static byte[] encode(Tensor image, String keyword, String text) {
        return PngText.with(encode(image), keyword, text);
    }

    private static int[] shades(Tensor row) {
        if (!row.dtype().isFloating() && row.dtype() != DType.U8) {
            throw new IllegalArgumentException("png: shades are f64, f32 or u8, not " + row.dtype()
                    + "; scale to 0..1 and cast with to(DType.F32)");
        }
        double[] values = row.toArray();
        double scale = row.dtype() == DType.U8 ? 1 : 255;
        int[] shades = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            double value = Math.max(0, Math.min(255, values[i] * scale));
            shades[i] = (int) Math.round(value); // NaN rounds to 0
        }
        return shades;
    }

    private static byte[] encode(BufferedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(new IIOImage(picture, null, null));
        } catch (IOException e) {
            throw new UncheckedIOException("png: encoding into memory failed", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /**
     * A sheet of pictures, row by row, {@code gap} pixels of white between and around them and in places left over.
     *
     * @param images (n, h, w) or (n, h, w, 3), on any device, F64, F32 or U8
     * @param columns pictures per row, at most; at least 1
     * @param gap pixels, at least 0
     * @return (H, W) or (H, W, 3) of the same dtype on the host
     */
    public static Tensor grid(Tensor images, int columns, int gap) {
        Shape shape = images.shape();
        if (shape.rank() != 3 && !(shape.rank() == 4 && shape.dim(3) == 3)) {
            throw new IllegalArgumentException("png: a grid is made of (n, h, w) or (n, h, w, 3), not " + shape);
        }
        if (shape.size() == 0 || columns < 1 || gap < 0) {
            throw new IllegalArgumentException("png: a grid needs pictures, columns and a gap of at least 0; got "
                    + shape + ", " + columns + " columns, gap " + gap);
        }
        long across = Math.min(columns, shape.dim(0));
        long down = (shape.dim(0) + across - 1) / across;
        long stepY = shape.dim(1) + gap;
        long stepX = shape.dim(2) + gap;
        long[] dims = shape.without(0).dims();
        dims[0] = down * stepY + gap;
        dims[1] = across * stepX + gap;
        try (Scope scope = Scope.open()) {
            Tensor host = images.to(Device.cpu());
            Tensor sheet = Tensor.full(images.dtype(), images.dtype() == DType.U8 ? 255 : 1, dims);
            for (long i = 0; i < shape.dim(0); i++) {
                long y = gap + i / across * stepY;
                long x = gap + i % across * stepX;
                try (Tensor place = sheet.slice(0, y, y + shape.dim(1));
                        Tensor cell = place.slice(1, x, x + shape.dim(2));
                        Tensor image = host.select(0, i)) {
                    cell.assign(image);
                }
            }
            return scope.keep(sheet);
        }
    }
}
