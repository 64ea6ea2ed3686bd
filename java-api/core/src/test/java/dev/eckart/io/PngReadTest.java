package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** PNG files of every kind, made by {@link PngFile} and by ImageIO, against the samples they were made of and ImageIO's decoder. */
class PngReadTest {
    private static final int[][] SIZES = {{1, 1}, {1, 7}, {9, 1}, {5, 3}, {2, 5}, {8, 8}, {33, 17}};

    @TempDir
    Path folder;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("a.png"), bytes);
    }

    private String message(byte[] bytes) throws IOException {
        return Formats.refusal(file(bytes), path -> Png.read(path).close());
    }

    private static int samples(int colour) {
        return switch (colour) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
    }

    private static int[][] random(int height, int width, int count, int depth) {
        Random random = new Random(height * 1000L + width * 10L + count + depth);
        int[][] samples = new int[height][width * count];
        // Slopes, so that each filter's prediction is met from both sides, and noise.
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width * count; x++) {
                samples[y][x] = (y * 7 + x * 3 + random.nextInt(1 << depth)) & ((1 << depth) - 1);
            }
        }
        return samples;
    }

    private static byte[] palette(int colours) {
        byte[] palette = new byte[3 * colours];
        new Random(colours).nextBytes(palette);
        return palette;
    }

    private static byte[] png(
            int[][] samples, int colour, int depth, boolean interlaced, int filter, byte[] transparency) {
        int count = samples(colour);
        PngFile file =
                new PngFile().header(samples[0].length / count, samples.length, depth, colour, interlaced ? 1 : 0);
        file.chunk("tEXt", new byte[] {'a', 0, 'b'});
        if (colour == 3) {
            file.chunk("PLTE", palette(1 << depth));
        }
        if (transparency != null) {
            file.chunk("tRNS", transparency);
        }
        byte[] data = PngFile.deflate(PngFile.rows(samples, count, depth, interlaced, filter));
        int half = data.length / 2;
        file.chunk("IDAT", Arrays.copyOf(data, half))
                .chunk("IDAT")
                .chunk("IDAT", Arrays.copyOfRange(data, half, data.length));
        return file.chunk("tIME", new byte[7]).end();
    }

    static Stream<Arguments> kinds() {
        int[][] all = {
            {0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1}, {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16},
            {6, 8}, {6, 16}
        };
        return Stream.of(all)
                .flatMap(k -> Stream.of(false, true).map(interlaced -> Arguments.of(k[0], k[1], interlaced)));
    }

    /** What the decoder of the JDK makes of a file, in our form. */
    private static double[] reference(byte[] png, int colour, int depth) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        int h = image.getHeight();
        int w = image.getWidth();
        if (colour != 3) {
            int[] raw = image.getRaster().getPixels(0, 0, w, h, (int[]) null);
            return Arrays.stream(raw)
                    .mapToDouble(v -> depth < 8 ? v * 255 / ((1 << depth) - 1) : v)
                    .toArray();
        }
        boolean alpha = image.getColorModel().hasAlpha();
        double[] values = new double[h * w * (alpha ? 4 : 3)];
        int at = 0;
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int rgb = image.getRGB(x, y);
                values[at++] = rgb >> 16 & 0xFF;
                values[at++] = rgb >> 8 & 0xFF;
                values[at++] = rgb & 0xFF;
                if (alpha) {
                    values[at++] = rgb >>> 24;
                }
            }
        }
        return values;
    }

    private void check(byte[] png, int colour, int depth, Shape shape) throws IOException {
        try (Tensor read = Png.read(file(png))) {
            assertThat(read.shape()).isEqualTo(shape);
            assertThat(read.dtype()).isEqualTo(depth == 16 ? DType.I32 : DType.U8);
            assertThat(read.toArray()).isEqualTo(reference(png, colour, depth));
        }
    }

    private static Shape shape(int height, int width, int channels) {
        return channels == 1 ? Shape.of(height, width) : Shape.of(height, width, channels);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void should_read_every_kind_with_every_filter(int colour, int depth, boolean interlaced) throws IOException {
        for (int[] size : SIZES) {
            int[][] samples = random(size[0], size[1], samples(colour), depth);
            for (int filter = 0; filter <= 5; filter++) {
                byte[] png = png(samples, colour, depth, interlaced, filter, null);
                check(png, colour, depth, shape(size[0], size[1], colour == 3 ? 3 : samples(colour)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void should_read_what_imageio_writes(int colour, int depth, boolean interlaced) throws IOException {
        BufferedImage image = image(colour, depth, 19, 23);
        Path file = folder.resolve("written.png");
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setProgressiveMode(interlaced ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
            writer.write(null, new IIOImage(image, null, null), how);
        } finally {
            writer.dispose();
        }
        check(Files.readAllBytes(file), colour, depth, shape(23, 19, colour == 3 ? 3 : samples(colour)));
    }

    private static BufferedImage image(int colour, int depth, int width, int height) {
        int type = depth == 16 ? java.awt.image.DataBuffer.TYPE_USHORT : java.awt.image.DataBuffer.TYPE_BYTE;
        var rgb = java.awt.color.ColorSpace.getInstance(java.awt.color.ColorSpace.CS_sRGB);
        var gray = java.awt.color.ColorSpace.getInstance(java.awt.color.ColorSpace.CS_GRAY);
        byte[] palette = palette(1 << Math.min(8, depth));
        ImageTypeSpecifier kind = switch (colour) {
            case 0 -> ImageTypeSpecifier.createGrayscale(depth, type, false);
            case 2 -> ImageTypeSpecifier.createInterleaved(rgb, new int[] {0, 1, 2}, type, false, false);
            case 3 -> ImageTypeSpecifier.createFromBufferedImageType(BufferedImage.TYPE_BYTE_INDEXED);
            case 4 -> ImageTypeSpecifier.createInterleaved(gray, new int[] {0, 1}, type, true, false);
            default -> ImageTypeSpecifier.createInterleaved(rgb, new int[] {0, 1, 2, 3}, type, true, false);
        };
        BufferedImage image = colour == 3
                ? new BufferedImage(
                        width,
                        height,
                        depth == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY,
                        new IndexColorModel(depth, palette.length / 3, palette, 0, false))
                : kind.createBufferedImage(width, height);
        int count = samples(colour);
        int[][] samples = random(height, width, count, depth);
        for (int y = 0; y < height; y++) {
            image.getRaster().setPixels(0, y, width, 1, samples[y]);
        }
        return image;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void should_make_transparency_an_alpha_channel(int colour, int depth, boolean interlaced) throws IOException {
        if (colour == 4 || colour == 6) {
            return;
        }
        int count = samples(colour);
        int[][] samples = random(6, 5, count, depth);
        byte[] transparency = new byte[2 * count];
        for (int i = 0; i < count; i++) {
            transparency[2 * i] = (byte) (samples[2][3 * count + i] >> 8);
            transparency[2 * i + 1] = (byte) samples[2][3 * count + i];
        }
        byte[] few = colour == 3 ? new byte[] {7, 0} : transparency;
        int most = depth == 16 ? 65535 : 255;
        byte[] palette = palette(1 << Math.min(8, depth));
        try (Tensor read = Png.read(file(png(samples, colour, depth, interlaced, 5, few)))) {
            int channels = colour == 3 ? 4 : count + 1;
            assertThat(read.shape()).isEqualTo(Shape.of(6, 5, channels));
            for (int y = 0; y < 6; y++) {
                for (int x = 0; x < 5; x++) {
                    boolean clear = true;
                    for (int i = 0; i < count; i++) {
                        int value = samples[y][x * count + i];
                        clear &= value == samples[2][3 * count + i];
                        int shown = depth < 8 ? value * 255 / ((1 << depth) - 1) : value;
                        assertThat((int) read.get(y, x, i)).isEqualTo(colour == 3 ? palette[3 * value] & 0xFF : shown);
                    }
                    int index = samples[y][x * count];
                    int alpha = colour != 3 ? clear ? 0 : most : index == 0 ? 7 : index == 1 ? 0 : 255;
                    assertThat((int) read.get(y, x, channels - 1)).isEqualTo(alpha);
                }
            }
        }
    }

    @Test
    void should_compare_all_16_bits_with_the_transparent_colour() throws IOException {
        int[][] samples = {{0x0102, 0x0202, 0x0103}};
        try (Tensor read = Png.read(file(png(samples, 0, 16, false, 0, new byte[] {1, 2})))) {
            assertThat(read.toArray()).containsExactly(0x0102, 0, 0x0202, 65535, 0x0103, 65535);
        }
    }

    @Test
    void should_read_what_is_written() throws IOException {
        try (Tensor image = Tensor.integers(DType.I32, 0, 256, 1, 40, 30, 3);
                Tensor bytes = image.to(DType.U8)) {
            Png.write(folder.resolve("b.png"), bytes);
            try (Tensor read = Png.read(folder.resolve("b.png"))) {
                assertThat(read.toArray()).isEqualTo(bytes.toArray());
            }
        }
    }

    @Test
    void should_refuse_a_file_cut_at_any_byte_or_changed_in_any() throws IOException {
        int[][] samples = random(4, 3, 1, 4);
        byte[] png = png(samples, 3, 4, true, 5, new byte[] {1, 2});
        Formats.refusesEveryCut(
                file(png), folder.resolve("cut.png"), path -> Png.read(path).close());
        for (int i = 0; i < png.length; i++) {
            byte[] changed = png.clone();
            changed[i] ^= 0x10;
            message(changed);
        }
    }

    @Test
    void should_refuse_lying_lengths() throws IOException {
        byte[] title = {'I', 'D', 'A', 'T'};
        PngFile small = new PngFile().header(1, 1, 8, 0, 0);
        assertThat(message(small.raw(-1, title, new byte[9], 0).bytes()))
                .contains("byte 33: chunk IDAT: says that it is 4294967295");
        assertThat(message(new PngFile()
                        .header(1, 1, 8, 0, 0)
                        .raw(1 << 30, title, new byte[9], 0)
                        .bytes()))
                .contains("says that it is 1073741824 bytes long, but 13 follow");
        assertThat(message(new PngFile().chunk("IHDR", new byte[12]).end())).contains("has 12 bytes instead of 13");
    }

    @Test
    void should_take_no_memory_for_sizes_that_lie() throws IOException {
        assertThat(messageWithoutMemory(picture(1 << 31, 1, 8, 0, 2)))
                .contains("the size 1×2147483648 is not within 1 to 2147483647");
        assertThat(messageWithoutMemory(picture(1, 0, 8, 0, 2))).contains("the size 0×1 is not");
        assertThat(messageWithoutMemory(picture(Integer.MAX_VALUE, Integer.MAX_VALUE, 16, 6, 2)))
                .contains("2147483647×2147483647 pixels of 64 bits are too many; split");
        assertThat(messageWithoutMemory(picture(1 << 20, 65, 8, 0, 2))).contains("are too many");
        assertThat(messageWithoutMemory(picture(1 << 22, 1, 16, 6, 2))).contains("rows of at most 16777216 bytes");
        assertThat(messageWithoutMemory(picture(1000, 1000, 8, 2, 2)))
                .contains("1000×1000 pixels of 24 bits need 3001000 bytes, more than a file of ");
    }

    private static byte[] picture(int width, int height, int depth, int colour, int data) {
        return new PngFile()
                .header(width, height, depth, colour, 0)
                .chunk("IDAT", PngFile.deflate(new byte[data]))
                .end();
    }

    private String messageWithoutMemory(byte[] bytes) throws IOException {
        long used = MemoryBudget.used();
        MemoryBudget.resetPeak();
        String message = message(bytes);
        assertThat(MemoryBudget.peak()).isEqualTo(used);
        return message;
    }

    @Test
    void should_stop_where_a_zip_bomb_goes_beyond_the_picture() throws IOException {
        assertThat(message(picture(2, 2, 8, 0, 100_000_000))).contains("holds more data than the picture's size needs");
        assertThat(message(picture(2, 2, 8, 0, 7))).contains("holds more data");
        assertThat(message(picture(2, 2, 8, 0, 5))).contains("chunk IDAT: the picture's data end early");
        Png.read(file(picture(2, 2, 8, 0, 6))).close();
    }

    @Test
    void should_refuse_chunks_out_of_order_or_unknown() throws IOException {
        byte[] data = PngFile.deflate(new byte[2]);
        assertThat(message(new PngFile().chunk("IDAT", data).end()))
                .contains("byte 8: chunk IDAT: stands where IHDR is to be");
        assertThat(message(
                        new PngFile().chunk("tEXt", data).header(1, 1, 8, 0, 0).end()))
                .contains("byte 8: chunk tEXt: stands where IHDR is to be");
        assertThat(message(new PngFile()
                        .header(1, 1, 8, 0, 0)
                        .header(1, 1, 8, 0, 0)
                        .chunk("IDAT", data)
                        .end()))
                .contains("byte 33: chunk IHDR: is there twice");
        assertThat(message(new PngFile().header(1, 1, 8, 0, 0).end())).contains("chunk IEND: stands before any data");
        assertThat(message(
                        new PngFile().header(1, 1, 8, 0, 0).chunk("CgBI", data).end()))
                .contains("chunk CgBI: is not known");
        assertThat(message(new PngFile()
                        .header(1, 1, 8, 0, 0)
                        .chunk("IDAT", Arrays.copyOf(data, 4))
                        .end()))
                .contains("chunk IEND: follows where the picture's data are not complete");
        assertThat(message(
                        new PngFile().header(1, 1, 8, 0, 0).chunk("IDAT", data).bytes()))
                .contains("the file ends here");
        Path junk = file(
                concat(new PngFile().header(1, 1, 8, 0, 0).chunk("IDAT", data).end(), new byte[100]));
        Png.read(junk).close();
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    @Test
    void should_refuse_palettes_and_transparency_that_do_not_fit() throws IOException {
        byte[] data = PngFile.deflate(new byte[] {0, (byte) 0x80});
        assertThat(message(indexed().chunk("IDAT", data).end())).contains("comes before a palette");
        assertThat(message(
                        indexed().chunk("PLTE", new byte[9]).chunk("IDAT", data).end()))
                .contains("has 9 bytes, or is there twice");
        assertThat(message(
                        indexed().chunk("PLTE", new byte[4]).chunk("IDAT", data).end()))
                .contains("has 4 bytes");
        assertThat(message(indexed().chunk("PLTE").chunk("IDAT", data).end())).contains("has 0 bytes");
        assertThat(message(indexed()
                        .chunk("PLTE", new byte[3])
                        .chunk("PLTE", new byte[3])
                        .end()))
                .contains("twice");
        assertThat(message(
                        indexed().chunk("PLTE", new byte[3]).chunk("IDAT", data).end()))
                .contains("the colour 1 of a palette of 1");
        assertThat(message(indexed().chunk("tRNS", new byte[1]).end())).contains("before a palette");
        assertThat(message(indexed()
                        .chunk("PLTE", new byte[3])
                        .chunk("tRNS", new byte[2])
                        .end()))
                .contains("tRNS: has 2 bytes");
        assertThat(message(new PngFile()
                        .header(1, 1, 8, 0, 0)
                        .chunk("tRNS", new byte[1])
                        .end()))
                .contains("has 1 bytes");
        assertThat(message(new PngFile()
                        .header(1, 1, 8, 4, 0)
                        .chunk("tRNS", new byte[2])
                        .end()))
                .contains("beside an alpha");
    }

    private static PngFile indexed() {
        return new PngFile().header(1, 1, 1, 3, 0);
    }

    @Test
    void should_refuse_what_is_no_png() throws IOException {
        assertThat(message("GIF89a..".getBytes())).contains("byte 0: is no PNG file");
        assertThat(message(picture(1, 1, 3, 0, 2))).contains("colour type 0 with 3 bits");
        assertThat(message(picture(1, 1, 4, 2, 2))).contains("colour type 2 with 4 bits");
        assertThat(message(picture(1, 1, 16, 3, 2))).contains("colour type 3 with 16 bits");
        assertThat(message(picture(1, 1, 8, 1, 2))).contains("colour type 1 with 8 bits");
        assertThat(message(new PngFile().header(1, 1, 8, 0, 1, 0, 0).end())).contains("compression 1");
        assertThat(message(new PngFile().header(1, 1, 8, 0, 0, 1, 0).end())).contains("filter 1");
        assertThat(message(new PngFile().header(1, 1, 8, 0, 0, 0, 2).end())).contains("interlacing 2");
        assertThat(message(new PngFile()
                        .header(1, 1, 8, 0, 0)
                        .chunk("IDAT", PngFile.deflate(new byte[] {5, 0}))
                        .end()))
                .contains("a row has the filter 5");
        byte[] dictionary = {0x78, (byte) 0xBB, 0, 0, 0, 1, 0};
        assertThat(message(new PngFile()
                        .header(1, 1, 8, 0, 0)
                        .chunk("IDAT", dictionary)
                        .end()))
                .contains("need a dictionary");
        assertThat(message(new PngFile()
                        .header(1, 1, 8, 0, 0)
                        .chunk("IDAT", new byte[9])
                        .end()))
                .contains("corrupt");
        assertThat(Formats.refusal(folder, path -> Png.read(path).close())).contains("is a folder");
        assertThat(Formats.refusal(
                        folder.resolve("none"), path -> Png.read(path).close()))
                .contains("no such file");
    }
}
